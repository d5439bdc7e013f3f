import type { PlantedBug } from './planted-bug.js';
import { adminToken, reprice } from './price-changes.js';
import { sooner } from './sooner.js';
import { until } from './until.js';

const publisher = 'libs/messaging/dist/kafka/kafkajs-publisher.js';

/** The relay has an idempotent producer, trusts it to order what is sent at once, and lets it repeat what was lost. */
export const concurrentSends: PlantedBug = {
  name: 'concurrent sends on an idempotent producer',
  service: 'product',
  changes: [
    { file: publisher, find: 'idempotent: false', instead: 'idempotent: true' },
    { file: publisher, find: 'maxInFlightRequests: 1', instead: 'maxInFlightRequests: 5' },
    { file: publisher, find: 'retry: { retries: 0 }', instead: 'retry: { retries: 8, initialRetryTime: 300 }' },
    {
      file: 'libs/messaging/dist/outbox/relay.js',
      find: 'const acknowledged = await this.#send(session, batch, records);',
      instead: `if (batch.length > 1) {
                const sent = await Promise.all(records.map((record) => this.#publisher.publish([record])));
                await session.mark(batch.map((row, index) => ({ position: row.position, partition: records[index].partition, offset: sent[index][0].baseOffset })));
                continue;
            }
            const acknowledged = await this.#send(session, batch, records);`,
    },
  ],
  foundBy: 'G5',
  scenario: {
    network: true,
    settings: [sooner],
    /** While a message waits for its answer, others of its key gather; they are sent at once, and every second answer is lost. */
    async act(scene) {
      await scene.quiet();
      const token = await adminToken(scene);
      const first = scene.kafka.lose.answers({
        api: 'produce',
        which: { every: 1 },
        how: 'swallow',
        client: /^product$/,
      });
      await scene.passes('relay.before-send', () => reprice(scene, token, 101));
      await Promise.all(Array.from({ length: 12 }, (_, index) => reprice(scene, token, 200 + index)));
      await until('a lost answer', () => first.hits > 0);
      const further = scene.kafka.lose.answers({
        api: 'produce',
        which: { every: 2 },
        how: 'swallow',
        client: /^product$/,
      });
      first.heal();
      await until('further lost answers', () => further.hits > 2);
      further.heal();
    },
  },
};
