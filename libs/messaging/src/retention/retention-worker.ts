import { deletesRecords, isCompacted, type Topic } from '../message/index.js';
import {
  partitionKey,
  type InboxSample,
  type KafkaClient,
  type Log,
  type PartitionOffset,
  type PrunedTable,
  type PruneStep,
  type RuntimePorts,
  type Store,
  type TopicPartition,
} from '../ports/index.js';
import { horizonSample, marksBefore, sampleIntervalMs } from './inbox-horizon.js';

/** Rows that one step looks at: a step takes milliseconds, and its locks end with it. */
const rowsInStep = 1_000;
/** A step is followed by a pause this many times as long, so that pruning takes at most 5 % of one connection. */
const pauseFactor = 19;
const minPauseMs = 20;
const maxIntervalMs = 600_000;
/** A statement that began before a horizon was raised ends within this time. */
const maxSettledMs = 60_000;

export interface RetentionWorkerOptions {
  /** Milliseconds, by table. */
  readonly keep: ReadonlyMap<PrunedTable, number>;
  /** Every topic that the service may publish on, also those of other owners. */
  readonly topics: readonly Topic[];
  readonly groups: () => readonly { readonly group: string; readonly topics: readonly string[] }[];
  /** Only the leader of the relays prunes, so one process a database does. */
  readonly leads: () => boolean;
  readonly log: Log;
}

const placeOf = ({ topic, partition }: TopicPartition): TopicPartition => ({ topic, partition });

/** Prunes in small steps: only what can never be needed again, and only tables with a period. Pruning twice at a time does no harm. */
export class RetentionWorker {
  readonly #stopping = new AbortController();
  readonly #pruned = new Map<PrunedTable, number>();
  readonly #walkedAt = new Map<PrunedTable, number>();
  /** By group, when its horizons were raised; only until its marks are pruned. */
  readonly #raisedAt = new Map<string, number>();
  #run: Promise<void> | undefined;

  constructor(
    private readonly store: Store,
    private readonly kafka: KafkaClient,
    private readonly ports: RuntimePorts,
    private readonly options: RetentionWorkerOptions,
  ) {}

  start(): void {
    if (this.options.keep.size > 0) this.#run ??= this.#loop();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#run;
  }

  /** Rows that this process has pruned, by table. */
  get pruned(): ReadonlyMap<PrunedTable, number> {
    return this.#pruned;
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopping;
    const intervalMs = Math.min(maxIntervalMs, ...[...this.options.keep.values()].map(sampleIntervalMs));
    while (!signal.aborted) {
      try {
        if (this.options.leads()) await this.#round();
      } catch (error) {
        this.options.log('warn', 'pruning waits', { error: String(error) });
      }
      await this.ports.timers.wait(intervalMs, signal);
    }
  }

  async #round(): Promise<void> {
    const now = await this.store.now();
    for (const [table, keepMs] of this.options.keep) {
      const before = new Date(now.getTime() - keepMs);
      if (table === 'msg_inbox') await this.#pruneInbox(now, keepMs);
      else if (!this.#isWalkDue(table, keepMs)) continue;
      else if (table === 'msg_outbox_archive') await this.#pruneArchive(before);
      else await this.#walk({ table, before });
    }
  }

  /** Each table is walked as often as samples are taken. */
  #isWalkDue(table: PrunedTable, keepMs: number): boolean {
    const now = this.ports.clock.now().getTime();
    const last = this.#walkedAt.get(table);
    if (last !== undefined && Math.abs(now - last) < sampleIntervalMs(keepMs)) return false;
    this.#walkedAt.set(table, now);
    return true;
  }

  async #pruneInbox(now: Date, keepMs: number): Promise<void> {
    for (const { group, topics } of this.options.groups()) {
      const samples = await this.store.inboxSamples(group);
      const last = samples.at(-1)?.at.getTime() ?? 0;
      if (Math.abs(now.getTime() - last) >= sampleIntervalMs(keepMs)) {
        // The ends are read after the time: a mark from before belongs to a record before them.
        const at = await this.store.now();
        const ends = await this.kafka.endOffsets(topics);
        await this.store.addInboxSample(group, {
          at,
          ends: ends.map(({ end, ...each }) => ({ ...placeOf(each), offset: end })),
        });
      }
      await this.#advanceHorizon(group, topics, { samples, now, keepMs });
    }
  }

  /** Raises the horizons, and walks through the marks when no statement from before still runs. Only then they are raised again. */
  async #advanceHorizon(
    group: string,
    topics: readonly string[],
    { samples, now, keepMs }: { readonly samples: readonly InboxSample[]; readonly now: Date; readonly keepMs: number },
  ): Promise<void> {
    const settledMs = Math.min(maxSettledMs, keepMs / 2);
    const raisedAt = this.#raisedAt.get(group);
    if (raisedAt !== undefined) {
      if (Math.abs(this.ports.clock.now().getTime() - raisedAt) < settledMs) return;
      this.#raisedAt.delete(group);
      return this.#walk({ table: 'msg_inbox', before: now, consumer: group, settledMs });
    }
    const sample = horizonSample(samples, await this.#passed(group, topics), now, keepMs);
    if (!sample || !(await this.store.raiseInboxHorizons(group, sample, marksBefore(sample, keepMs)))) return;
    this.#raisedAt.set(group, this.ports.clock.now().getTime());
    this.options.log('info', 'inbox horizon raised', { group, marksBefore: marksBefore(sample, keepMs) });
  }

  /** For each partition, the committed offset, or the beginning of the log if that is later. */
  async #passed(group: string, topics: readonly string[]): Promise<PartitionOffset[]> {
    const committed = await this.kafka.committedOffsets(group, topics);
    const offsets = new Map(committed.map((each) => [partitionKey(each), each.offset]));
    return (await this.kafka.endOffsets(topics)).map(({ start, ...each }) => {
      const offset = offsets.get(partitionKey(each)) ?? 0n;
      return { ...placeOf(each), offset: offset > start ? offset : start };
    });
  }

  /**
   * A row is pruned while its record is on the topic, or when retention has deleted it there. Not where the topic has records that the
   * database does not know as published: the consistency check still looks for them in the archive.
   */
  async #pruneArchive(before: Date): Promise<void> {
    const publishedEnds = await this.store.publishedEnds();
    const published = new Map(publishedEnds.map((each) => [partitionKey(each), each.offset]));
    const names = new Set(publishedEnds.map(({ topic }) => topic));
    const archived = this.options.topics.filter(({ name, retention }) => names.has(name) && !isCompacted(retention));
    if (archived.length === 0) return;
    const ends = await this.kafka.endOffsets(archived.map(({ name }) => name));
    const finite = new Set(archived.filter(({ retention }) => deletesRecords(retention)).map(({ name }) => name));
    const partitions = ends.flatMap(({ topic, partition, start, end }): PartitionOffset[] => {
      const known = published.get(partitionKey({ topic, partition })) ?? 0n;
      return known === 0n || end > known ? [] : [{ topic, partition, offset: finite.has(topic) ? 0n : start }];
    });
    if (partitions.length > 0) await this.#walk({ table: 'msg_outbox_archive', before, partitions });
  }

  async #walk(walk: Omit<PruneStep, 'rows' | 'after'>): Promise<void> {
    const { signal } = this.#stopping;
    let after: string | null = null;
    do {
      const begunAt = this.ports.clock.now().getTime();
      const step = await this.store.prune({ ...walk, rows: rowsInStep, after });
      this.#pruned.set(walk.table, (this.#pruned.get(walk.table) ?? 0) + step.removed);
      ({ after } = step);
      const tookMs = this.ports.clock.now().getTime() - begunAt;
      await this.ports.timers.wait(Math.max(minPauseMs, pauseFactor * tookMs), signal);
    } while (after !== null && !signal.aborted && this.options.leads());
  }
}
