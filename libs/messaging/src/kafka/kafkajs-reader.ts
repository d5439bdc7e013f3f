import type { Consumer, IHeaders, KafkaMessage } from 'kafkajs';
import type { IncomingRecord } from './kafka-client.js';

/** Session well below the default 30 s; a fetch comes back within a second, so that heartbeats are never late. */
export const readerSettings = {
  sessionTimeout: 10_000,
  rebalanceTimeout: 15_000,
  heartbeatInterval: 2_000,
  maxWaitTimeInMs: 1_000,
  allowAutoTopicCreation: false,
  maxBytesPerPartition: 4 * 1024 * 1024,
  retry: { retries: Number.MAX_SAFE_INTEGER, initialRetryTime: 200, maxRetryTime: 2_000, restartOnFailure: () => Promise.resolve(true) },
};

export async function connectReader(consumer: Consumer, topics: readonly string[], onDead: (error: Error) => void): Promise<void> {
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    if (!restart) onDead(error);
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
}

export const recordsOf = (topic: string, partition: number, messages: readonly KafkaMessage[]): IncomingRecord[] =>
  messages.map((message) => ({
    topic,
    partition,
    offset: BigInt(message.offset),
    key: message.key?.toString() ?? null,
    value: message.value,
    headers: textOf(message.headers ?? {}),
  }));

const textOf = (headers: IHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const first = Array.isArray(value) ? value[0] : value;
      return first === undefined ? [] : [[name, first.toString()]];
    }),
  );
