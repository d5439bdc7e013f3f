import type { PlantedBug } from './planted-bug.js';
import { adminToken, reprice } from './price-changes.js';
import { shorterTimeout } from './shorter-timeout.js';
import { pollUntil } from '../environment/poll-until.js';

const publisher = 'libs/messaging/dist/adapters/kafkajs/kafkajs-publisher.js';

/** An idempotent producer is used again after a failed send. */
export const producerReused: PlantedBug = {
  name: 'a producer reused after an error',
  service: 'product',
  changes: [
    { file: publisher, find: 'idempotent: false', replacement: 'idempotent: true' },
    // kafkajs requires at least one retry for an idempotent producer.
    { file: publisher, find: 'retry: { retries: 0 }', replacement: 'retry: { retries: 1 }' },
    {
      file: 'libs/messaging/dist/outbox/relay.js',
      find: 'const publisher = this.#publisher;\n        this.#publisher = undefined;',
      replacement:
        'if (!this.#stopping.signal.aborted) return;\n        const publisher = this.#publisher;\n        this.#publisher = undefined;',
    },
  ],
  foundBy: 'G3',
  scenario: {
    network: true,
    settings: [shorterTimeout],
    /** A message is written but its response is lost until the send fails; meanwhile there is another message of its key. */
    async run(context) {
      await context.waitUntilIdle();
      const token = await adminToken(context);
      const dropped = context.kafka.drop.responses({
        api: 'produce',
        occurrences: { every: 1 },
        how: 'swallow',
        client: /^product$/,
      });
      await context.passes('relay.before-send', () => reprice(context, token, 111));
      await reprice(context, token, 222);
      await pollUntil('a relay that restarts', () => context.logOf('product').includes('relay starts again'));
      dropped.heal();
    },
  },
};
