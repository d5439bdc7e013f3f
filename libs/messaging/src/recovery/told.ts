import { Poison } from '@tradewind/kernel';
import { decode } from '../consume/decode.js';
import type { Catalogue, Topic } from '../contract/index.js';
import type { IncomingRecord } from '../kafka/kafka-client.js';
import { readEnvelope, type Envelope } from '../outbox/envelope.js';
import { Counter, type RecoveryContext } from './recovery-context.js';
import type { Told } from './recovery.js';

/** A record with its envelope, read but not decoded: of a whole topic's worth only what is needed is ever in memory twice. */
export interface ToldRecord {
  readonly record: IncomingRecord;
  readonly envelope: Envelope;
  readonly at: Date;
}

/** The first record of each message on these topics that was written by `source`, or by anybody; each partition in its order. */
export async function readTold(context: RecoveryContext, topics: readonly Topic[], step: string, source?: string): Promise<ToldRecord[]> {
  const { kafka } = context;
  if (topics.length === 0) return [];
  const ends = await kafka.endOffsets(topics.map(({ name }) => name));
  const counter = new Counter(context, step, Number(ends.reduce((sum, { start, end }) => sum + end - start, 0n)));
  const seen = new Set<string>();
  const told: ToldRecord[] = [];
  await kafka.read({
    ranges: ends.map(({ topic, partition, start, end }) => ({ topic, partition, from: start, to: end })),
    onRecords: (records) => {
      for (const record of records) {
        const envelope = envelopeOf(record);
        if (!envelope || (source !== undefined && envelope.source !== `/${source}`) || seen.has(envelope.id)) continue;
        seen.add(envelope.id);
        told.push({ record, envelope, at: new Date(record.headers['ce_time'] ?? 0) });
      }
      counter.add(records.length);
      return Promise.resolve();
    },
  });
  counter.tell();
  return inOrderOfTime(told);
}

/** By time, and never against the order of a partition: who goes by it keeps the order of each key. */
function inOrderOfTime(told: readonly ToldRecord[]): ToldRecord[] {
  const reached = new Map<string, number>();
  const timed = told.map((each) => {
    const place = `${each.record.topic}:${each.record.partition}`;
    const time = Math.max(each.at.getTime(), reached.get(place) ?? 0);
    reached.set(place, time);
    return { each, time };
  });
  return timed.sort((a, b) => a.time - b.time).map(({ each }) => each);
}

/** The messages among the records, decoded as they are asked for. */
export function* messagesOf(told: readonly ToldRecord[], contracts: Catalogue): Generator<Told> {
  for (const { record, envelope, at } of told) {
    const { message } = decode(record, contracts);
    if (message) yield { message, envelope, at };
  }
}

/** Undefined where the record has none that can be read: it tells nothing of whoever wrote it. */
export function envelopeOf({ headers }: IncomingRecord): Envelope | undefined {
  try {
    return readEnvelope(headers);
  } catch (error) {
    if (error instanceof Poison) return undefined;
    throw error;
  }
}
