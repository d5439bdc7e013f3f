import { pollUntil } from '../environment/poll-until.js';
import { idempotentProducer, inPublisher, inRelay } from './idempotent-producer.js';

/** The relay uses an idempotent producer with retries, and sends the messages of a batch concurrently. */
export const concurrentSends = idempotentProducer({
  name: 'concurrent sends on an idempotent producer',
  changes: [
    inPublisher('maxInFlightRequests: 1', 'maxInFlightRequests: 5'),
    inPublisher('retry: { retries: 0 }', 'retry: { retries: 8, initialRetryTime: 300 }'),
    inRelay(
      '// crashpoint: relay.before-send',
      `// crashpoint: relay.before-send
            if (batch.length > 1) {
                const sent = await Promise.all(records.map((record) => publisher.publish([record])));
                await session.mark(batch.map((row, index) => ({ position: row.position, partition: records[index].partition, offset: sent[index][0].baseOffset })));
                continue;
            }`,
    ),
  ],
  foundBy: 'G5',
  price: 101,
  /** While a message waits for its response, more messages of its key are written; they are sent concurrently, and every second response is lost. */
  async more(_, { reprice, lost, swallow }) {
    await Promise.all(Array.from({ length: 12 }, (_, index) => reprice(200 + index)));
    await pollUntil('a dropped response', () => lost.hits > 0);
    const further = swallow(2);
    lost.heal();
    await pollUntil('more dropped responses', () => further.hits > 2);
    further.heal();
  },
});
