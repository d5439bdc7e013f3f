import type { PlantedBug } from './planted-bug.js';
import { adminToken, reprice } from './price-changes.js';
import { until } from './until.js';

/** An idempotent producer goes on being used after a send has failed. */
export const producerKept: PlantedBug = {
  name: 'a producer kept after an error',
  service: 'product',
  changes: [
    { file: 'libs/messaging/dist/kafka/kafkajs-publisher.js', find: 'idempotent: false', instead: 'idempotent: true' },
    {
      file: 'libs/messaging/dist/outbox/relay.js',
      find: 'const publisher = this.#publisher;\n        this.#publisher = undefined;',
      instead: 'if (!this.#stopping.signal.aborted) return;\n        const publisher = this.#publisher;\n        this.#publisher = undefined;',
    },
  ],
  foundBy: 'G3',
  scenario: {
    network: true,
    settings: [{ file: 'libs/messaging/dist/kafka/kafkajs-client.js', find: 'publisher: 12_000', instead: 'publisher: 4_000' }],
    /** A message is written and its answer lost; before it is sent again, there is one more of its key. */
    async act(ground) {
      await ground.quiet();
      const token = await adminToken(ground);
      const lost = ground.kafka.lose.answers({ api: 'produce', which: { nth: 1 }, how: 'swallow', client: /product/ });
      await reprice(ground, token, 111);
      await until('a lost answer', () => lost.hits > 0);
      lost.heal();
      await reprice(ground, token, 222);
    },
  },
};
