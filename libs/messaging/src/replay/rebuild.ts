import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { decode } from '../consume/decode.js';
import type { Handlers } from '../consume/handlers.js';
import type { AnyTable } from '../decide/index.js';
import type { IncomingRecord, KafkaClient, TopicPartition } from '../kafka/kafka-client.js';
import type { Log, MessagingOptions } from '../messaging.options.js';
import type { MessagingParts } from '../messaging.parts.js';
import { PostgresStore } from '../postgres/postgres-store.js';
import { isTransient } from '../postgres/sql-errors.js';
import { Runner } from '../run/runner.js';
import type { Work } from '../run/work.js';
import { backOff, newId, type World } from '../system.js';
import { compareTables, type TableComparison } from './compare-tables.js';
import { placeOf } from './ranges.js';
import { ReplayRefused } from './replay-request.js';
import { ShadowSchema, type Query } from './shadow-schema.js';
import { Tally, type Progress } from './tally.js';

/** Messages a transaction: nobody else wants these rows. */
const abreast = 2_000;
/** Milliseconds that the living may be made to wait for their table, each time it is tried; and tries. */
const lockWithin = 1_000;
const lockTries = 30;
/** Milliseconds for a table's comparison, and for the last records, while the lock is held. */
const lastRecordsWithin = 20_000;

export interface RebuildPorts {
  readonly dataSource: DataSource;
  readonly kafka: KafkaClient;
  readonly world: World;
  readonly log: Log;
}

export interface RebuildOptions {
  /** False: only compares, and leaves nothing behind: the way to try handlers that are not deployed yet. */
  readonly exchange: boolean;
  readonly reason?: string;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

export interface RebuildReport {
  readonly consumer: string;
  readonly read: number;
  readonly seconds: number;
  readonly tables: readonly TableComparison[];
  readonly exchanged: boolean;
  /** The schema where the former tables are; undefined where nothing was exchanged. */
  readonly replaced: string | undefined;
}

/**
 * Makes a projection anew from its topics, beside the living one, and puts it in its place in one transaction. It is right
 * because, while the living table is locked, everything is read up to ends that were asked for after the lock: what the living
 * consumer had committed before lies before them; what it handles afterwards finds a row that is as new, or newer.
 */
export class Rebuild {
  readonly #handlers: Handlers;
  readonly #tables: readonly AnyTable[];
  readonly #schema: ShadowSchema;
  readonly #tally = new Tally();
  readonly #positions = new Map<string, bigint>();
  readonly #reading = new AbortController();
  #failure: Error | undefined;

  constructor(
    { transport }: Pick<MessagingParts, 'transport'>,
    private readonly messaging: MessagingOptions,
    private readonly ports: RebuildPorts,
    private readonly consumer: string,
    private readonly options: RebuildOptions,
  ) {
    transport.check();
    const handlers = transport.handlersOf(consumer);
    if (!handlers) throw new ReplayRefused(`there is no consumer "${consumer}"; there are ${transport.groupNames.join(', ')}`);
    const policies = handlers.types.filter((type) => handlers.kindOf(type) === 'policy');
    if (policies.length > 0) throw new ReplayRefused(`${consumer} is more than a projection: it decides about ${policies.join(', ')}; what is kept of these can't be made from the topics alone`);
    this.#handlers = handlers;
    this.#tables = handlers.tables;
    this.#schema = new ShadowSchema(consumer, this.#tables);
  }

  /** Throws ReplayRefused where the projection can't be made anew; rejects when database or broker are away for long. */
  async run(): Promise<RebuildReport> {
    const query = queryOf(this.ports.dataSource);
    await this.#schema.check(query);
    await this.#schema.create(query);
    const shadow = await new DataSource(shadowed(this.ports.dataSource.options, this.#schema.name)).initialize();
    this.#tally.begin(this.#now());
    const reading = this.#read(new Runner(new PostgresStore(shadow), this.#tables, this.ports.world));
    try {
      await this.#caughtUp(await this.#ends());
      return await this.#compared(query);
    } finally {
      this.#reading.abort();
      await reading;
      await shadow.destroy();
      await this.#schema.drop(query);
    }
  }

  async #ends(): Promise<readonly (TopicPartition & { readonly end: bigint; readonly start: bigint })[]> {
    return this.ports.kafka.endOffsets(this.#handlers.topics);
  }

  /** Goes on behind the ends for as long as it takes: whoever waits for a position sees it pass. */
  async #read(runner: Runner): Promise<void> {
    try {
      const ends = await this.#ends();
      this.#tally.expect(ends.map(({ topic, partition, start, end }) => ({ topic, partition, from: start, to: end })));
      const ranges = ends.map(({ topic, partition, start }) => ({ topic, partition, from: start, to: 1n << 62n }));
      for (const range of ranges) this.#positions.set(placeOf(range), range.from);
      this.options.signal?.addEventListener('abort', () => this.#reading.abort(), { once: true });
      await this.ports.kafka.read({ ranges, signal: this.#reading.signal, onRecords: (records) => this.#apply(runner, records) });
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  async #apply(runner: Runner, records: readonly IncomingRecord[]): Promise<void> {
    for (let at = 0; at < records.length; at += abreast) {
      const some = records.slice(at, at + abreast);
      for (let works = some.flatMap((record) => this.#workOf(record)); works.length > 0; ) {
        const outcomes = await runner.run(works);
        const failed = works.map((work) => outcomes.get(work)!).find(({ kind }) => kind === 'failed' || kind === 'transient');
        if (failed && 'error' in failed) throw failed.error;
        works = works.filter((work) => outcomes.get(work)!.kind === 'behind');
      }
      const last = some.at(-1)!;
      this.#positions.set(placeOf(last), last.offset + 1n);
      this.#tally.read(some.length);
      if (this.#tally.isTime(this.#now())) this.options.onProgress?.(this.#tally.progress(this.#now()));
    }
  }

  /** Nobody else writes here, and repeats are older than their row: no mark is needed. What can't be read, the living consumer has parked. */
  #workOf(record: IncomingRecord): Work[] {
    const decoded = decode(record, this.messaging.contracts);
    const work = decoded.poison ? undefined : this.#handlers.workOf(decoded);
    if (!work) return [];
    const { consumer: _, ...unmarked } = work;
    return [unmarked];
  }

  /** Until everything before these ends is applied. */
  async #caughtUp(ends: readonly (TopicPartition & { readonly end: bigint; readonly start: bigint })[], within?: number): Promise<void> {
    const since = this.#now();
    const isBehind = (): boolean => ends.some((each) => each.end > each.start && (this.#positions.get(placeOf(each)) ?? 0n) < each.end);
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.options.signal?.aborted) throw new ReplayRefused('the rebuild was stopped: nothing has changed');
      if (!isBehind()) return;
      if (within !== undefined && this.#now() - since > within) throw new ReplayRefused('the last records did not come in time while the table was locked: nothing has changed, try again');
      await this.ports.world.timers.wait(5, this.options.signal);
    }
  }

  async #compared(query: Query): Promise<RebuildReport> {
    if (!this.options.exchange) return this.#report(await this.#compare(query), false);
    for (let tries = 1; ; tries++) {
      const runner = this.ports.dataSource.createQueryRunner();
      try {
        return await this.#exchanged(runner);
      } catch (error) {
        if (!isTransient(error) || tries === lockTries) throw error;
        this.ports.log('warn', 'the table is in use: it is tried again', { consumer: this.consumer, tries });
        await this.ports.world.timers.wait(backOff(this.ports.world, tries, 200, 2_000), this.options.signal);
      } finally {
        await runner.release();
      }
    }
  }

  async #exchanged(runner: QueryRunner): Promise<RebuildReport> {
    const query: Query = (text, values = []) => runner.query(text, [...values]);
    await runner.startTransaction();
    try {
      await query('set local statement_timeout = 0');
      await this.#schema.lockLive(query, lockWithin);
      await this.#caughtUp(await this.#ends(), lastRecordsWithin);
      const tables = await this.#compare(query);
      await this.#schema.exchange(query);
      const detail = { rebuild: newId(this.ports.world), tables: tables.map(({ table, rows, different }) => ({ table, rows, different })) };
      await query(`insert into msg_operator_actions (action, subject, reason, detail) values ('rebuild', $1, $2, $3)`, [this.consumer, this.options.reason ?? 'no reason was given', JSON.stringify(detail)]);
      await runner.commitTransaction();
      return this.#report(tables, true);
    } catch (error) {
      await runner.rollbackTransaction();
      throw error;
    }
  }

  async #compare(query: Query): Promise<TableComparison[]> {
    const compared: TableComparison[] = [];
    for (const table of this.#tables) compared.push(await compareTables(query, table, this.#schema.name));
    return compared;
  }

  #report(tables: readonly TableComparison[], exchanged: boolean): RebuildReport {
    this.#reading.abort();
    const { read, seconds } = this.#tally.report(this.#now(), { id: undefined, generation: undefined, state: 'done' });
    return { consumer: this.consumer, read, seconds, tables, exchanged, replaced: exchanged ? this.#schema.replaced : undefined };
  }

  #now(): number {
    return this.ports.world.clock.now().getTime();
  }
}

const queryOf = (dataSource: DataSource): Query => (text, values = []) => dataSource.query(text, [...values]);

/** The same database, where names are looked up in the shadow first. */
function shadowed(options: DataSourceOptions, schema: string): DataSourceOptions {
  const { extra } = options as { readonly extra?: object };
  return { ...options, migrations: [], extra: { ...extra, options: `-c search_path=${schema},public` } };
}
