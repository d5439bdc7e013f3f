import type { KafkaClient } from '@tradewind/messaging';
import {
  PostgresStore,
  type Log,
  type MessagingOptions,
  type MessagingRuntime,
  type RuntimePorts,
  Runner,
} from '@tradewind/messaging/internals';
import type { DataSource } from 'typeorm';
import { ReplayProgress, type FailedMessage, type Progress } from '../replay/index.js';
import { singleRow } from '../single-row.js';
import { ProjectionFeed } from './projection-feed.js';
import { projectionOf, type Projection } from './projection-tables.js';
import { queryOn } from './query.js';
import { RebuildRejected } from './rebuild-rejected.js';
import { RebuildSchema } from './rebuild-schema.js';
import { analyze, selectCurrentSchema } from './rebuild-sql.js';
import { compareWhenStable } from './shadow-comparison.js';
import type { Comparison } from './table-comparison.js';
import { rejectObstacles, rejectOtherShape } from './table-shape.js';
import { swapTables } from './table-swap.js';

/** What a rebuild works with. */
export interface RebuildEnvironment {
  /** Of the service, with all its migrations. */
  readonly dataSource: DataSource;
  readonly kafka: KafkaClient;
  readonly ports: RuntimePorts;
  readonly log: Log;
}

/** How a rebuild runs. */
export interface RebuildOptions {
  /** False: only compares and leaves nothing behind. So handlers can be tried before they are deployed. */
  readonly exchange: boolean;
  /** Exchanges even if rows of the live table come from no message, or a message could not be handled. */
  readonly allowDataLoss?: boolean;
  /** Recorded in `msg_operator_actions`. */
  readonly reason?: string;
  /** Called about once a second. */
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/** What a rebuild found and did. */
export interface RebuildReport {
  readonly consumer: string;
  readonly read: number;
  readonly seconds: number;
  readonly tables: readonly Comparison[];
  /** Messages that could not be handled; later messages of their keys were skipped. */
  readonly failed: readonly FailedMessage[];
  readonly exchanged: boolean;
  /** The schema of the former tables, and how long they were locked; undefined without an exchange. */
  readonly replaced: string | undefined;
  readonly lockedMs: number | undefined;
}

/** Longest wait for the end of the topics before it is read again. */
const catchUpTimeoutMs = 5_000;
/** For one statement of a batch: batches are large. */
const statementTimeoutMs = 60_000;

const stopped = (): RebuildRejected => new RebuildRejected('the rebuild was stopped: nothing has changed');

/**
 * Builds a projection anew from its topics, beside the live one, and exchanges the tables in one transaction. It is correct because,
 * while the live table is locked, everything is applied up to the ends that are read after the lock: what the live consumer had
 * committed lies before them; what it handles afterwards finds a row with the same or a higher sequence.
 */
export class Rebuild {
  readonly #projection: Projection;
  readonly #progress = new ReplayProgress();
  readonly #signal: AbortSignal;

  constructor(
    { transport }: Pick<MessagingRuntime, 'transport'>,
    private readonly messaging: MessagingOptions,
    private readonly environment: RebuildEnvironment,
    private readonly consumer: string,
    private readonly options: RebuildOptions,
  ) {
    transport.check();
    this.#projection = projectionOf(transport, consumer, messaging);
    this.#signal = options.signal ?? new AbortController().signal;
  }

  /** Throws RebuildRejected if the table can't be exchanged or rows would be lost; rejects if database or broker are unavailable for long. */
  async run(): Promise<RebuildReport> {
    const { dataSource, log } = this.environment;
    const { tables } = this.#projection;
    if (this.options.exchange) await this.#rejectObstacles();
    const schema = await RebuildSchema.create(dataSource, this.consumer, tables, (line) => log('warn', line));
    this.#progress.begin(this.#now());
    const feed = this.#feedOf(schema);
    try {
      if (this.options.exchange)
        for (const table of tables) await rejectOtherShape(queryOn(dataSource), schema.live, schema.name, table);
      await feed.start();
      while (!(await feed.catchUp(catchUpTimeoutMs, this.#signal))) if (this.#signal.aborted) throw stopped();
      for (const { name } of tables) await schema.dataSource.query(analyze(schema.name, name));
      return this.options.exchange ? await this.#exchange(schema, feed) : await this.#compare(schema, feed);
    } finally {
      await feed.stop();
      await schema.close();
    }
  }

  async #rejectObstacles(): Promise<void> {
    const query = queryOn(this.environment.dataSource);
    const { name } = singleRow(await query<{ name: string }>(selectCurrentSchema));
    for (const table of this.#projection.tables) await rejectObstacles(query, name, table);
  }

  #feedOf({ dataSource }: RebuildSchema): ProjectionFeed {
    const { kafka, ports } = this.environment;
    const store = new PostgresStore(dataSource, { statementMs: statementTimeoutMs });
    const runner = new Runner(store, this.#projection.tables, ports);
    const onBatch = (): void => {
      if (this.#progress.isReportDue(this.#now())) this.options.onProgress?.(this.#progress.progress(this.#now()));
    };
    const { contracts } = this.messaging;
    // Of the live schema: the one that is rebuilt has only the tables of the projection.
    const decidedStarts = () => new PostgresStore(this.environment.dataSource).decidedStarts(this.consumer);
    const environment = { runner, kafka, ports, decidedStarts };
    return new ProjectionFeed(this.#projection, contracts, environment, this.#progress, onBatch);
  }

  async #compare(schema: RebuildSchema, feed: ProjectionFeed): Promise<RebuildReport> {
    const tables = await compareWhenStable(schema, this.environment.ports, this.#projection.tables, {
      catchUp: (timeoutMs) => feed.catchUp(timeoutMs, this.#signal),
      signal: this.#signal,
    });
    if (this.#signal.aborted) throw stopped();
    return this.#report({ tables, exchanged: false, replaced: undefined, lockedMs: undefined });
  }

  async #exchange(schema: RebuildSchema, feed: ProjectionFeed): Promise<RebuildReport> {
    const { reason = 'no reason was given', allowDataLoss = false } = this.options;
    const catchUp = async (timeoutMs: number): Promise<boolean> => {
      const caughtUp = await feed.catchUp(timeoutMs, this.#signal);
      if (!allowDataLoss) this.#rejectFailed();
      return caughtUp;
    };
    await catchUp(0);
    const swapped = await swapTables(schema, this.environment.ports, {
      consumer: this.consumer,
      tables: this.#projection.tables,
      reason,
      allowDataLoss,
      catchUp,
      signal: this.#signal,
    });
    if (!swapped) throw stopped();
    const { comparisons: tables, lockedMs } = swapped;
    return this.#report({ tables, exchanged: true, replaced: schema.replaced, lockedMs });
  }

  #rejectFailed(): void {
    const [first] = this.#progress.failed;
    if (!first) return;
    const { id, type, key, error } = first;
    throw new RebuildRejected(
      `${this.#progress.failed.length} messages could not be handled, the first is ${id} ${type} with key ${key}: ${error}; nothing has changed`,
    );
  }

  #report(rest: Pick<RebuildReport, 'tables' | 'exchanged' | 'replaced' | 'lockedMs'>): RebuildReport {
    const about = { id: undefined, generation: undefined, state: 'done' } as const;
    const { read, seconds, failed } = this.#progress.report(this.#now(), about);
    return { consumer: this.consumer, read, seconds, failed, ...rest };
  }

  #now(): number {
    return this.environment.ports.clock.now().getTime();
  }
}
