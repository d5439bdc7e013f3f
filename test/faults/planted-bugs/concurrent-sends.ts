import type { PlantedBug } from './planted-bug.js';
import { adminToken, reprice } from './price-changes.js';
import { shorterTimeout } from './shorter-timeout.js';
import { pollUntil } from '../environment/poll-until.js';

const publisher = 'libs/messaging/dist/adapters/kafkajs/kafkajs-publisher.js';

/** The relay uses an idempotent producer with retries, and sends the messages of a batch concurrently. */
export const concurrentSends: PlantedBug = {
  name: 'concurrent sends on an idempotent producer',
  service: 'product',
  changes: [
    { file: publisher, find: 'idempotent: false', replacement: 'idempotent: true' },
    { file: publisher, find: 'maxInFlightRequests: 1', replacement: 'maxInFlightRequests: 5' },
    { file: publisher, find: 'retry: { retries: 0 }', replacement: 'retry: { retries: 8, initialRetryTime: 300 }' },
    {
      file: 'libs/messaging/dist/outbox/relay.js',
      find: '// crashpoint: relay.before-send',
      replacement: `// crashpoint: relay.before-send
            if (batch.length > 1) {
                const sent = await Promise.all(records.map((record) => publisher.publish([record])));
                await session.mark(batch.map((row, index) => ({ position: row.position, partition: records[index].partition, offset: sent[index][0].baseOffset })));
                continue;
            }`,
    },
  ],
  foundBy: 'G5',
  scenario: {
    network: true,
    settings: [shorterTimeout],
    /** While a message waits for its response, more messages of its key are written; they are sent concurrently, and every second response is lost. */
    async run(context) {
      await context.waitUntilIdle();
      const token = await adminToken(context);
      const first = context.kafka.drop.responses({
        api: 'produce',
        occurrences: { every: 1 },
        how: 'swallow',
        client: /^product$/,
      });
      await context.passes('relay.before-send', () => reprice(context, token, 101));
      await Promise.all(Array.from({ length: 12 }, (_, index) => reprice(context, token, 200 + index)));
      await pollUntil('a dropped response', () => first.hits > 0);
      const further = context.kafka.drop.responses({
        api: 'produce',
        occurrences: { every: 2 },
        how: 'swallow',
        client: /^product$/,
      });
      first.heal();
      await pollUntil('more dropped responses', () => further.hits > 2);
      further.heal();
    },
  },
};
