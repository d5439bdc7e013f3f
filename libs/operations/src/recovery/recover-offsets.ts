import type { KafkaClient } from '@tradewind/messaging';
import {
  GroupHasMembers,
  type InboxHorizon,
  type IncomingRecord,
  type Store,
  type TopicPartition,
  decode,
} from '@tradewind/messaging/internals';
import type { MessageRegistry } from '@tradewind/messaging/message';
import { recordCount, wholeRanges } from './read-published.js';
import { recordRecovery, rejectRunningService, StepProgress, type RecoveryContext } from './recovery-context.js';
import { deleteInboxSamples, moveInboxHorizons, resetStarts } from './recovery-sql.js';

type Context = RecoveryContext & { readonly store: Pick<Store, 'notHandled' | 'inboxHorizons' | 'decidedStarts'> };
type Ends = Awaited<ReturnType<KafkaClient['endOffsets']>>;

/** A consumer group with what it handles. */
export interface ConsumerDescription {
  readonly group: string;
  readonly topics: readonly string[];
  readonly types: readonly string[];
  /** Types whose handlers may publish; default: all. */
  readonly decidingTypes?: readonly string[];
}

/** The offsets that were committed for the groups. */
export interface RecoveredOffsets {
  /** `left`: records from the new offsets to the ends. `assumed`: records before them without a mark, which are older than the pruned marks. */
  readonly groups: readonly {
    readonly group: string;
    readonly partitions: number;
    readonly left: number;
    readonly assumed: number;
  }[];
  readonly seconds: number;
}

/** Interval between two attempts while a group has members, and the longest wait: a killed member leaves when its session times out. */
const retryIntervalMs = 500;
const membersTimeoutMs = 20_000;

/**
 * Sets the committed offsets of a service's groups from its inbox, after the topics were recovered: on each partition to the first
 * message that is neither handled nor dead-lettered. So no message is skipped and none is handled twice. The topics of every service
 * must be recovered before.
 */
export async function recoverOffsets(
  context: Context,
  consumers: readonly ConsumerDescription[],
): Promise<RecoveredOffsets> {
  await rejectRunningService(context);
  const { kafka, dataSource, options } = context;
  const ends = await kafka.endOffsets([...new Set(consumers.flatMap(({ topics }) => topics))]);
  const progress = new StepProgress(context, `reading what ${options.service} has handled`, recordCount(ends));
  const horizons = await context.store.inboxHorizons();
  const { first, assumed } = await firstUnhandled(context, consumers, ends, horizons, progress);
  const groups: RecoveredOffsets['groups'][number][] = [];
  for (const { group, topics } of consumers) {
    const offsets = ends
      .filter(({ topic }) => topics.includes(topic))
      .map((each) => ({ ...each, offset: first.get(placeOf(group, each)) ?? each.end }));
    await whenEmpty(context, async () => {
      await kafka.deleteOffsets(group);
      await kafka.setOffsets(group, offsets);
    });
    const columns = [
      offsets.map(({ topic }) => topic),
      offsets.map(({ partition }) => partition),
      offsets.map(({ offset }) => offset.toString()),
    ];
    await dataSource.query(moveInboxHorizons, [group, ...columns]);
    await dataSource.query(deleteInboxSamples, [group]);
    groups.push({
      group,
      assumed: assumed.get(group) ?? 0,
      partitions: offsets.length,
      left: Number(offsets.reduce((sum, { offset, end }) => sum + end - offset, 0n)),
    });
  }
  progress.report();
  await dataSource.query(resetStarts); // counts of starts at former offsets
  await recordRecovery(context, 'recover offsets', { groups });
  return { groups, seconds: progress.seconds };
}

async function whenEmpty({ ports }: RecoveryContext, set: () => Promise<void>): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += retryIntervalMs) {
    try {
      return await set();
    } catch (error) {
      if (!(error instanceof GroupHasMembers) || waitedMs >= membersTimeoutMs) throw error;
      await ports.timers.wait(retryIntervalMs);
    }
  }
}

/** Reads the topics once for all groups: by group and partition, the first offset that is not handled. */
async function firstUnhandled(
  { kafka, store, options }: Context,
  consumers: readonly ConsumerDescription[],
  ends: Ends,
  horizons: readonly InboxHorizon[],
  progress: StepProgress,
): Promise<{ readonly first: ReadonlyMap<string, bigint>; readonly assumed: ReadonlyMap<string, number> }> {
  const first = new Map<string, bigint>();
  const assumed = new Map<string, number>();
  const prunedBefore = prunedTimes(horizons);
  const groups = consumers.map(({ group, topics, types }) => ({
    group,
    topics: new Set(topics),
    types: new Set(types),
  }));
  const starts = new Map<string, bigint>();
  for (const { group } of consumers)
    for (const start of await store.decidedStarts(group)) starts.set(placeOf(group, start), start.offset);
  await kafka.read({
    ranges: wholeRanges(ends),
    onRecords: async (records) => {
      progress.add(records.length);
      const [record] = records;
      if (!record) return;
      for (const { group, types } of groups.filter(({ topics }) => topics.has(record.topic))) {
        const place = placeOf(group, record);
        if (first.has(place)) continue;
        const start = starts.get(place) ?? 0n;
        const handled = records
          .filter((each) => each.offset >= start && isOneOf(types, each, options.contracts))
          .map((each) => ({
            id: decode(each, options.contracts).id,
            offset: each.offset,
            at: timeOf(each),
          }));
        if (handled.length === 0) continue;
        const ids = handled.map(({ id }) => id);
        const missing = await store.notHandled(group, ids);
        // Offsets may have changed, so a horizon says only that what was made before its pruned marks was handled.
        const before = prunedBefore.get(`${group} ${record.topic}`) ?? Number.NEGATIVE_INFINITY;
        const isPruned = ({ id, at }: (typeof handled)[number]): boolean => missing.has(id) && at < before;
        const next = handled.find((each) => missing.has(each.id) && !isPruned(each));
        const count = handled.filter((each) => isPruned(each) && (!next || each.offset < next.offset)).length;
        assumed.set(group, (assumed.get(group) ?? 0) + count);
        if (next) first.set(place, next.offset);
      }
    },
  });
  return { first, assumed };
}

/** By group and topic, the time before which marks may be pruned. */
function prunedTimes(horizons: readonly InboxHorizon[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { consumer, topic, marksBefore } of horizons) {
    const place = `${consumer} ${topic}`;
    times.set(place, Math.max(times.get(place) ?? 0, marksBefore.getTime()));
  }
  return times;
}

/** A foreign record has only the time that the broker knows. */
const timeOf = ({ headers, timestamp }: IncomingRecord): number =>
  headers['ce_time'] === undefined ? (timestamp?.getTime() ?? Number.NaN) : Date.parse(headers['ce_time']);

/** Every foreign record may be a message that the group handles. */
function isOneOf(types: ReadonlySet<string>, record: IncomingRecord, contracts: MessageRegistry): boolean {
  if (!contracts.topicNamed(record.topic)?.foreign) return types.has(record.headers['ce_type'] ?? '');
  const decoded = decode(record, contracts);
  return decoded.poison !== undefined || (!decoded.skipped && types.has(decoded.envelope.type));
}

const placeOf = (group: string, { topic, partition }: TopicPartition): string => `${group} ${topic}:${partition}`;
