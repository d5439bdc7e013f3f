import { pollUntil } from '../environment/poll-until.js';
import { idempotentProducer, inPublisher, inRelay } from './idempotent-producer.js';

/** An idempotent producer is used again after a failed send. */
export const producerReused = idempotentProducer({
  name: 'a producer reused after an error',
  changes: [
    // kafkajs requires at least one retry for an idempotent producer.
    inPublisher('retry: { retries: 0 }', 'retry: { retries: 1 }'),
    inRelay(
      'const publisher = this.#publisher;\n        this.#publisher = undefined;',
      'if (!this.#stopping.signal.aborted) return;\n        const publisher = this.#publisher;\n        this.#publisher = undefined;',
    ),
  ],
  foundBy: 'G3',
  price: 111,
  /** The response is lost until the send fails; meanwhile there is another message of the key. */
  async more(context, { reprice, lost }) {
    await reprice(222);
    await pollUntil('a relay that restarts', () => context.logOf('product').includes('relay starts again'));
    lost.heal();
  },
});
