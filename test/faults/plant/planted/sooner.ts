import type { Change } from '../alteration.js';

/** A publisher that waits four seconds for an answer, not twelve. */
export const sooner: Change = {
  file: 'libs/messaging/dist/kafka/kafkajs-client.js',
  find: 'publisher: 12_000',
  instead: 'publisher: 4_000',
};
