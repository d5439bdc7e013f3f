import type { Replacement } from '../injection/patch.js';

/** A publisher waits 4 s for a response, not 12 s. */
export const shorterTimeout: Replacement = {
  file: 'libs/messaging/dist/adapters/kafkajs/kafkajs-client.js',
  find: 'publisher: 12_000',
  replacement: 'publisher: 4_000',
};
