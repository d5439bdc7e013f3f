import type { PlantedBug } from './planted-bug.js';
import { adminToken, reprice } from './price-changes.js';
import { sooner } from './sooner.js';
import { until } from './until.js';

const publisher = 'libs/messaging/dist/kafka/kafkajs-publisher.js';

/** An idempotent producer goes on being used after a send has failed. */
export const producerKept: PlantedBug = {
  name: 'a producer kept after an error',
  service: 'product',
  changes: [
    { file: publisher, find: 'idempotent: false', instead: 'idempotent: true' },
    // kafkajs has no idempotent producer that does not try again at least once.
    { file: publisher, find: 'retry: { retries: 0 }', instead: 'retry: { retries: 1 }' },
    {
      file: 'libs/messaging/dist/outbox/relay.js',
      find: 'const publisher = this.#publisher;\n        this.#publisher = undefined;',
      instead:
        'if (!this.#stopping.signal.aborted) return;\n        const publisher = this.#publisher;\n        this.#publisher = undefined;',
    },
  ],
  foundBy: 'G3',
  scenario: {
    network: true,
    settings: [sooner],
    /** A message is written, and nobody hears of it until its relay gives up; there is another of its key by then. */
    async act(scene) {
      await scene.quiet();
      const token = await adminToken(scene);
      const lost = scene.kafka.lose.answers({
        api: 'produce',
        which: { every: 1 },
        how: 'swallow',
        client: /^product$/,
      });
      await scene.passes('relay.before-send', () => reprice(scene, token, 111));
      await reprice(scene, token, 222);
      await until('a relay that starts over', () => scene.logOf('product').includes('relay starts over'));
      lost.heal();
    },
  },
};
