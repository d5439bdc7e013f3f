import type { PlantedBug } from './planted-bug.js';
import { adminToken, reprice } from './price-changes.js';
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
    /** Of many messages of one key that are sent at once, the first is written and its answer lost. */
    async act(ground) {
      await ground.quiet();
      const token = await adminToken(ground);
      await reprice(ground, token, 100);
      await ground.quiet();
      // Held back until all are there, so that they are taken together.
      const held = ground.kafka.blackHole({ way: 'up' });
      await reprice(ground, token, 101);
      await until('a request that is held back', () => held.hits > 0);
      await Promise.all(Array.from({ length: 12 }, (_, index) => reprice(ground, token, 200 + index)));
      const lost = ground.kafka.lose.answers({ api: 'produce', which: { nth: 2 }, how: 'reset', client: /product/ });
      held.heal();
      await until('a lost answer', () => lost.hits > 0);
      lost.heal();
    },
  },
};
