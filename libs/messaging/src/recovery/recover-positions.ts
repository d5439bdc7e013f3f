import { decode } from '../consume/decode.js';
import type { KafkaClient, TopicPartition } from '../kafka/kafka-client.js';
import type { Store } from '../store/store.js';
import { Counter, recordDeed, refuseCompany, type RecoveryContext } from './recovery-context.js';

type Context = RecoveryContext & { readonly store: Pick<Store, 'neverHandled'> };
type Ends = Awaited<ReturnType<KafkaClient['endOffsets']>>;

/** A consumer group and what it handles. */
export interface ConsumerOf {
  readonly group: string;
  readonly topics: readonly string[];
  readonly types: readonly string[];
  /** Those of the types whose handlers may say something; default: all. */
  readonly decides?: readonly string[];
}

export interface RecoveredPositions {
  readonly groups: readonly { readonly group: string; readonly partitions: number; readonly left: number }[];
  readonly seconds: number;
}

/** Milliseconds between two looks at a group with members, and until they are taken for living. */
const interval = 500;
const patience = 20_000;

const begin = `update msg_starts set times = 0`;

/**
 * Sets the positions of a service's groups by what its inbox knows, after the topics were brought back: on each partition to the
 * first message that was neither handled nor set aside, so that nothing is left out, and nothing handled twice. The topics of
 * every service must be back before.
 */
export async function recoverPositions(
  context: Context,
  consumers: readonly ConsumerOf[],
): Promise<RecoveredPositions> {
  await refuseCompany(context);
  const { kafka, dataSource, options } = context;
  const ends = await kafka.endOffsets([...new Set(consumers.flatMap(({ topics }) => topics))]);
  const counter = new Counter(
    context,
    `looking what ${options.service} has handled`,
    Number(ends.reduce((sum, { start, end }) => sum + end - start, 0n)),
  );
  const first = await firstUnhandled(context, consumers, ends, counter);
  const groups: { group: string; partitions: number; left: number }[] = [];
  for (const { group, topics } of consumers) {
    const positions = ends
      .filter(({ topic }) => topics.includes(topic))
      .map((each) => ({ ...each, next: first.get(placeOf(group, each)) ?? each.end }));
    await whenDeserted(context, async () => {
      await kafka.forgetPositions(group);
      await kafka.setPositions(group, positions);
    });
    groups.push({
      group,
      partitions: positions.length,
      left: Number(positions.reduce((sum, { next, end }) => sum + end - next, 0n)),
    });
  }
  counter.tell();
  // What was counted of former offsets says nothing of these.
  await dataSource.query(begin);
  await recordDeed(context, 'recover positions', { groups });
  return { groups, seconds: counter.seconds };
}

/** A member that was killed is a member until its session runs out. */
async function whenDeserted({ world }: RecoveryContext, set: () => Promise<void>): Promise<void> {
  for (let waited = 0; ; waited += interval) {
    try {
      return await set();
    } catch (error) {
      if ((error as Error).name !== 'GroupHasMembers' || waited >= patience) throw error;
      await world.timers.wait(interval);
    }
  }
}

/** All groups in one reading: on each partition, by group, the first record that it has not handled. */
async function firstUnhandled(
  { kafka, store, options }: Context,
  consumers: readonly ConsumerOf[],
  ends: Ends,
  counter: Counter,
): Promise<ReadonlyMap<string, bigint>> {
  const first = new Map<string, bigint>();
  const groups = consumers.map(({ group, topics, types }) => ({
    group,
    topics: new Set(topics),
    types: new Set(types),
  }));
  await kafka.read({
    ranges: ends.map(({ topic, partition, start, end }) => ({ topic, partition, from: start, to: end })),
    onRecords: async (records) => {
      counter.add(records.length);
      const { topic, partition } = records[0]!;
      for (const { group, types } of groups.filter((each) => each.topics.has(topic))) {
        const place = placeOf(group, { topic, partition });
        if (first.has(place)) continue;
        const ours = records
          .filter(({ headers }) => types.has(headers['ce_type'] ?? ''))
          .map((record) => ({ id: decode(record, options.contracts).id, offset: record.offset }));
        const never =
          ours.length === 0
            ? new Set()
            : await store.neverHandled(
                group,
                ours.map(({ id }) => id),
              );
        const next = ours.find(({ id }) => never.has(id));
        if (next) first.set(place, next.offset);
      }
    },
  });
  return first;
}

const placeOf = (group: string, { topic, partition }: TopicPartition): string => `${group} ${topic}:${partition}`;
