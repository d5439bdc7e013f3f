import type { DataSource } from 'typeorm';
import type { KafkaClient } from '../kafka/kafka-client.js';
import type { Log, MessagingOptions } from '../messaging.options.js';
import type { MessagingParts } from '../messaging.parts.js';
import { PostgresStore } from '../postgres/postgres-store.js';
import { Runner } from '../run/runner.js';
import type { World } from '../system.js';
import { ProjectionFeed } from './projection-feed.js';
import { groupsOf, projectionOf, type Projection } from './projection-tables.js';
import { placed, RebuildSchema } from './rebuild-schema.js';
import { ReplayRefused } from './replay-request.js';
import { compareAtRest } from './shadow-comparison.js';
import { swapTables } from './swap.js';
import type { Ask, Comparison } from './table-comparison.js';
import { refuseObstacles, refuseOtherShape } from './table-shape.js';
import { Tally, type Failed, type Progress } from './tally.js';

export interface RebuildPorts {
  /** Of the service, with all of its migrations. */
  readonly dataSource: DataSource;
  readonly kafka: KafkaClient;
  readonly world: World;
  readonly log: Log;
}

export interface RebuildOptions {
  /** False: only compares, and leaves nothing behind: the way to try handlers that are not deployed yet. */
  readonly exchange: boolean;
  /** Exchanges also where rows of the living table come from no message, or a message could not be handled. */
  readonly withLosses?: boolean;
  readonly reason?: string;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

export interface RebuildReport {
  readonly consumer: string;
  readonly read: number;
  readonly seconds: number;
  readonly tables: readonly Comparison[];
  /** Messages that could not be handled; later ones of their keys were passed over. */
  readonly failed: readonly Failed[];
  readonly exchanged: boolean;
  /** The schema where the former tables are, and the milliseconds for which nobody could use them; undefined where nothing was exchanged. */
  readonly replaced: string | undefined;
  readonly lockedMilliseconds: number | undefined;
}

/** Milliseconds for which the end of the topics is waited for before it is asked for anew. */
const stretch = 5_000;
/** Milliseconds for one statement of a batch: it is big, and nobody waits for it. */
const statement = 60_000;

const stopped = (): ReplayRefused => new ReplayRefused('the rebuild was stopped: nothing has changed');

/**
 * Makes a projection anew from its topics, beside the living one, and puts it in its place in one transaction. It is right
 * because, while the living table is locked, everything is read up to ends that were asked for after the lock: what the living
 * consumer had committed before lies before them; what it handles afterwards finds a row that is as new, or newer.
 */
export class Rebuild {
  readonly #projection: Projection;
  readonly #tally = new Tally();
  readonly #over: AbortSignal;

  constructor(
    { transport }: Pick<MessagingParts, 'transport'>,
    private readonly messaging: MessagingOptions,
    private readonly ports: RebuildPorts,
    private readonly consumer: string,
    private readonly options: RebuildOptions,
  ) {
    transport.check();
    this.#projection = projectionOf(groupsOf(transport), consumer, messaging);
    this.#over = options.signal ?? new AbortController().signal;
  }

  /** Throws ReplayRefused where the projection can't be made anew or rows would be lost; rejects when database or broker are away for long. */
  async run(): Promise<RebuildReport> {
    const { dataSource, log } = this.ports;
    if (this.options.exchange) await this.#refuseObstacles();
    const schema = await RebuildSchema.make(dataSource, this.consumer, this.#projection.tables, (line) =>
      log('warn', line),
    );
    this.#tally.begin(this.#now());
    const feed = this.#feedOf(schema);
    try {
      if (this.options.exchange)
        for (const table of this.#projection.tables)
          await refuseOtherShape(askOf(dataSource), schema.living, schema.name, table);
      await feed.start();
      while (!(await feed.reach(stretch, this.#over))) if (this.#over.aborted) throw stopped();
      for (const { name } of this.#projection.tables)
        await schema.dataSource.query(`analyze ${placed(schema.name, name)}`);
      return this.options.exchange ? await this.#exchanged(schema, feed) : await this.#compared(schema, feed);
    } finally {
      await feed.stop();
      await schema.close();
    }
  }

  async #refuseObstacles(): Promise<void> {
    const ask = askOf(this.ports.dataSource);
    const [schema] = await ask<{ name: string }>('select current_schema() as name');
    for (const table of this.#projection.tables) await refuseObstacles(ask, schema!.name, table);
  }

  #feedOf({ dataSource }: RebuildSchema): ProjectionFeed {
    const { kafka, world } = this.ports;
    const runner = new Runner(new PostgresStore(dataSource, { statement }), this.#projection.tables, world);
    return new ProjectionFeed(this.#projection, this.messaging.contracts, { runner, kafka, world }, this.#tally, () => {
      if (this.#tally.isTime(this.#now())) this.options.onProgress?.(this.#tally.progress(this.#now()));
    });
  }

  async #compared(schema: RebuildSchema, feed: ProjectionFeed): Promise<RebuildReport> {
    const how = { catchUp: (milliseconds: number) => feed.reach(milliseconds, this.#over), signal: this.#over };
    const tables = await compareAtRest(schema, this.ports.world, this.#projection.tables, how);
    if (this.#over.aborted) throw stopped();
    return this.#report({ tables, exchanged: false, replaced: undefined, lockedMilliseconds: undefined });
  }

  async #exchanged(schema: RebuildSchema, feed: ProjectionFeed): Promise<RebuildReport> {
    const { reason = 'no reason was given', withLosses = false } = this.options;
    const catchUp = async (milliseconds: number): Promise<boolean> => {
      const reached = await feed.reach(milliseconds, this.#over);
      if (!withLosses) this.#refuseFailed();
      return reached;
    };
    await catchUp(0);
    const swapped = await swapTables(schema, this.ports.world, {
      consumer: this.consumer,
      tables: this.#projection.tables,
      reason,
      withLosses,
      catchUp,
      signal: this.#over,
    });
    if (!swapped) throw stopped();
    return this.#report({
      tables: swapped.compared,
      exchanged: true,
      replaced: schema.replaced,
      lockedMilliseconds: swapped.lockedMilliseconds,
    });
  }

  #refuseFailed(): void {
    const [first] = this.#tally.failed;
    if (!first) return;
    throw new ReplayRefused(
      `${this.#tally.failed.length} could not be handled, the first is ${first.id} ${first.type} of key ${first.key}: ${first.why}; nothing has changed`,
    );
  }

  #report(rest: Pick<RebuildReport, 'tables' | 'exchanged' | 'replaced' | 'lockedMilliseconds'>): RebuildReport {
    const { read, seconds, failed } = this.#tally.report(this.#now(), {
      id: undefined,
      generation: undefined,
      state: 'done',
    });
    return { consumer: this.consumer, read, seconds, failed, ...rest };
  }

  #now(): number {
    return this.ports.world.clock.now().getTime();
  }
}

const askOf =
  (dataSource: DataSource): Ask =>
  <R extends object>(text: string, values: readonly unknown[] = []) =>
    dataSource.query<R[]>(text, values as unknown[]);
