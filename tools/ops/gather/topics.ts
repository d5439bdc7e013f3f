import type { KafkaClient } from '@tradewind/messaging';
import { CannotReach } from './read-only.js';
import { RecordLog } from './record-log.js';

/** Milliseconds without a single record after which the broker counts as away. */
const patience = 60_000;

/** Reads whole topics from their beginning. It is in no consumer group that anybody knows, and commits nothing. */
export async function readTopics(
  kafka: KafkaClient,
  topics: readonly string[],
  progress: (records: number) => void,
): Promise<ReadonlyMap<string, RecordLog>> {
  const logs = new Map(topics.map((topic) => [topic, new RecordLog(topic)]));
  let records = 0;
  let lastAt = Date.now();
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined); // it is raced below; nobody may be left to hear it
  const timer = setInterval(() => {
    progress(records);
    if (Date.now() - lastAt > patience)
      fail(
        new CannotReach(
          `Kafka has sent nothing for ${patience / 1_000} s although the topics have not been read to their end`,
        ),
      );
  }, 2_000);
  try {
    const tail = await kafka.tail({
      topics,
      onRecords: (batch) => {
        lastAt = Date.now();
        records += batch.length;
        for (const record of batch) logs.get(record.topic)!.add(record);
      },
      onDead: fail,
    });
    await Promise.race([tail.caughtUp, failed]).finally(() => tail.close());
  } finally {
    clearInterval(timer);
  }
  return logs;
}
