import { Poison } from '@tradewind/kernel';
import { decode } from '../consume/decode.js';
import type { Catalogue, Topic } from '../contract/index.js';
import type { IncomingRecord } from '../kafka/kafka-client.js';
import { readEnvelope, type Envelope } from '../outbox/envelope.js';
import { Counter, type RecoveryContext } from './recovery-context.js';
import type { Told } from './recovery.js';
import { RecordFile } from './record-file.js';
import { ToldLog, type ToldRecord } from './told-log.js';

/** The first record of each message on these topics that was written by `source`, or by anybody. Whoever asked closes it. */
export async function readTold(
  context: RecoveryContext,
  topics: readonly Topic[],
  step: string,
  source?: string,
): Promise<ToldLog> {
  const log = new ToldLog(new RecordFile());
  if (topics.length === 0) return log;
  try {
    const { kafka } = context;
    const ends = await kafka.endOffsets(topics.map(({ name }) => name));
    const counter = new Counter(context, step, Number(ends.reduce((sum, { start, end }) => sum + end - start, 0n)));
    await kafka.read({
      ranges: ends.map(({ topic, partition, start, end }) => ({ topic, partition, from: start, to: end })),
      onRecords: (records) => {
        for (const record of records) {
          const envelope = envelopeOf(record);
          if (envelope && (source === undefined || envelope.source === `/${source}`)) log.add(record, envelope);
        }
        counter.add(records.length);
        return Promise.resolve();
      },
    });
    counter.tell();
    return log;
  } catch (error) {
    log.close();
    throw error;
  }
}

/** The messages among the records, decoded as they are asked for. */
export function* messagesOf(records: Iterable<ToldRecord>, contracts: Catalogue): Generator<Told> {
  for (const { record, envelope, at } of records) {
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
