import { topics } from '@tradewind/contracts';
import type { KafkaClient } from '@tradewind/messaging';
import type { IncomingRecord } from '@tradewind/messaging/internals';
import { TraceCounter, type Finding, type Trace } from './traces.js';

export interface PersonOnTopics {
  readonly records: number;
  readonly findings: readonly Finding[];
}

/** What `user.data-keys` still has of a person. */
export interface KeyRecords {
  /** Wrapped keys that the broker has not compacted away yet. */
  readonly wrappedKeys: readonly string[];
  /** The last record is the tombstone, or none is left. */
  readonly destroyed: boolean;
}

async function readAll(
  kafka: KafkaClient,
  names: readonly string[],
  onRecord: (record: IncomingRecord) => void,
): Promise<void> {
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined); // the race below handles it, or has already ended
  const tail = await kafka.tail({
    topics: names,
    onRecords: (records) => records.forEach(onRecord),
    onFatal: fail,
  });
  await Promise.race([tail.caughtUp, failed]).finally(() => tail.close());
}

export async function readKeyRecords(kafka: KafkaClient, userId: string): Promise<KeyRecords> {
  const wrappedKeys: string[] = [];
  let destroyed = true;
  await readAll(kafka, [topics.userDataKeys.name], ({ key, value }) => {
    if (key !== userId) return;
    destroyed = value === null;
    if (value !== null) wrappedKeys.push((JSON.parse(String(value)) as { wrappedKey: string }).wrappedKey);
  });
  return { wrappedKeys, destroyed };
}

/** Reads every record of every other topic of the shop, dead letters included: value and headers. */
export async function searchTopics(kafka: KafkaClient, traces: readonly Trace[]): Promise<PersonOnTopics> {
  const names = Object.values(topics).flatMap(({ name }) => (name === topics.userDataKeys.name ? [] : [name]));
  const counters = new Map(names.map((name) => [name, new TraceCounter(traces)]));
  let records = 0;
  await readAll(kafka, names, ({ topic, key, value, headers }) => {
    records++;
    const texts = Object.entries(headers).map(([name, text]) => `${name}: ${String(text)}`);
    counters.get(topic)!.add([key ?? '', value === null ? '' : String(value), ...texts].join('\n'));
  });
  return { records, findings: [...counters].flatMap(([name, counter]) => counter.findings(`topic ${name}`)) };
}
