import type { KafkaClient, Topic } from '@tradewind/messaging';
import { envelopeOf, decode } from '@tradewind/messaging/internals';
import type { MessageRegistry } from '@tradewind/messaging/message';
import { PublishedLog, type PublishedRecord } from './published-log.js';
import { RecordFile } from './record-file.js';
import { StepProgress, type RecoveryContext } from './recovery-context.js';
import type { Published } from './recovery.js';

type Ends = Awaited<ReturnType<KafkaClient['endOffsets']>>;

export const wholeRanges = (ends: Ends): Parameters<KafkaClient['read']>[0]['ranges'] =>
  ends.map(({ topic, partition, start, end }) => ({ topic, partition, from: start, to: end }));

export const recordCount = (ends: Ends): number => Number(ends.reduce((sum, { start, end }) => sum + end - start, 0n));

/** The first record of each message on these topics, from one source or from all. The caller closes the log. */
export async function readPublished(
  context: RecoveryContext,
  topics: readonly Topic[],
  step: string,
  source?: string,
): Promise<PublishedLog> {
  const log = new PublishedLog(new RecordFile());
  if (topics.length === 0) return log;
  try {
    const { kafka } = context;
    const ends = await kafka.endOffsets(topics.map(({ name }) => name));
    const progress = new StepProgress(context, step, recordCount(ends));
    await kafka.read({
      ranges: wholeRanges(ends),
      onRecords: (records) => {
        for (const record of records) {
          const envelope = envelopeOf(record);
          if (envelope && (source === undefined || envelope.source === `/${source}`)) log.add(record, envelope);
        }
        progress.add(records.length);
        return Promise.resolve();
      },
    });
    progress.report();
    return log;
  } catch (error) {
    log.close();
    throw error;
  }
}

/** The messages of the records, decoded one by one. */
export function* messagesOf(records: Iterable<PublishedRecord>, contracts: MessageRegistry): Generator<Published> {
  for (const { record, envelope, at } of records) {
    const decoded = decode(record, contracts);
    if (!decoded.poison && !decoded.skipped) yield { message: decoded.message, envelope, at };
  }
}
