import type { KafkaClient } from '@tradewind/messaging';
import { RecordLog } from './record-log.js';
import { SourceUnavailable } from './snapshot.js';

/** Without a record for this time the broker counts as unavailable. */
const silenceTimeoutMs = 60_000;

/** Reads whole topics from their beginning, outside every consumer group of the services. Commits nothing. */
export async function readTopics(
  kafka: KafkaClient,
  topics: readonly string[],
  onProgress: (records: number) => void,
): Promise<ReadonlyMap<string, RecordLog>> {
  const logs = new Map(topics.map((topic) => [topic, new RecordLog(topic)]));
  let records = 0;
  let lastAt = Date.now();
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined); // the race below handles it, or has already ended
  const timer = setInterval(() => {
    onProgress(records);
    if (Date.now() - lastAt > silenceTimeoutMs)
      fail(
        new SourceUnavailable(
          `Kafka has sent nothing for ${silenceTimeoutMs / 1_000} s although the topics have not been read to their end`,
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
      onFatal: fail,
    });
    await Promise.race([tail.caughtUp, failed]).finally(() => tail.close());
  } finally {
    clearInterval(timer);
  }
  return logs;
}
