import { decode } from '../consume/decode.js';
import type { IncomingRecord, Position } from '../kafka/kafka-client.js';
import type { Store } from '../store/store.js';
import { Counter, recordDeed, refuseCompany, type RecoveryContext } from './recovery-context.js';

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
export async function recoverPositions(context: RecoveryContext & { readonly store: Pick<Store, 'neverHandled'> }, consumers: readonly ConsumerOf[]): Promise<RecoveredPositions> {
  await refuseCompany(context);
  const { kafka, dataSource, options } = context;
  const counter = new Counter(context, `looking what ${options.service} has handled`);
  const groups: { group: string; partitions: number; left: number }[] = [];
  for (const consumer of consumers) {
    const positions = await positionsOf(context, consumer, counter);
    await whenDeserted(context, async () => {
      await kafka.forgetPositions(consumer.group);
      await kafka.setPositions(consumer.group, positions);
    });
    const left = positions.reduce((sum, { next, end }) => sum + end - next, 0n);
    groups.push({ group: consumer.group, partitions: positions.length, left: Number(left) });
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

async function positionsOf(
  { kafka, store, options }: RecoveryContext & { readonly store: Pick<Store, 'neverHandled'> },
  { group, topics, types }: ConsumerOf,
  counter: Counter,
): Promise<(Position & { readonly end: bigint })[]> {
  const handled = new Set(types);
  const isHandled = ({ headers }: IncomingRecord): boolean => handled.has(headers['ce_type'] ?? '');
  const first = new Map<string, bigint>();
  const ends = await kafka.endOffsets(topics);
  await kafka.read({
    ranges: ends.map(({ topic, partition, start, end }) => ({ topic, partition, from: start, to: end })),
    onRecords: async (records) => {
      counter.add(records.length);
      const [{ topic, partition }] = records as readonly [IncomingRecord, ...IncomingRecord[]];
      if (first.has(`${topic}:${partition}`)) return;
      const ours = records.filter(isHandled).map((record) => ({ id: decode(record, options.contracts).id, offset: record.offset }));
      const never = ours.length === 0 ? new Set() : await store.neverHandled(group, ours.map(({ id }) => id));
      const next = ours.find(({ id }) => never.has(id));
      if (next) first.set(`${topic}:${partition}`, next.offset);
    },
  });
  return ends.map(({ topic, partition, end }) => ({ topic, partition, end, next: first.get(`${topic}:${partition}`) ?? end }));
}
