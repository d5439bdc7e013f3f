import {
  backUp,
  hashTables,
  PostgresReplayStore,
  recoverDatabase,
  recoverPositions,
  recoverTopics,
  Replay,
  sayAgain,
  type ConsumerOf,
  type RecoveredDatabase,
  type RecoveredPositions,
  type RecoveredTopics,
  type RecoveryContext,
  type RecoveryProgress,
  type ReplayReport,
  type TableHash,
} from '@tradewind/messaging';
import type { DataSource } from 'typeorm';
import { applyMigrations, connect, dataSourceOf, migrationsTable } from '../database/index.js';
import type { Workbench } from './workbench.js';

export interface RecoverWish {
  readonly reason: string;
  /** A file of `backup`. */
  readonly backup?: string;
}

export interface Recovered {
  readonly database: RecoveredDatabase;
  /** What left no trace and was handled again. */
  readonly handled: readonly Pick<ReplayReport, 'read' | 'counts' | 'failed'>[];
  readonly positions: RecoveredPositions;
  readonly hashes: readonly TableHash[];
}

/** Brings the service's database back from its topics: see `recoverDatabase`. */
export const recover = (bench: Workbench, { reason, backup }: RecoverWish): Promise<Recovered> =>
  atLength(bench, reason, async (context) => {
    await applyMigrations(context.dataSource);
    const consumers = consumersOf(bench);
    const how = { recovery: bench.recovery, consumers, migrationsTable, ...(backup === undefined ? {} : { backup }) };
    const database = await recoverDatabase(context, how);
    const handled = [];
    for (const { group } of consumers) handled.push(await handleAgain(bench, context, group));
    const positions = await recoverPositions(context, consumers);
    return {
      database,
      handled,
      positions,
      hashes: await hashTables(context.dataSource, await businessTables(context.dataSource)),
    };
  });

/** Publishes again what the service's topics have lost, and has the last words of its compacted ones said when it starts: see `recoverTopics` and `sayAgain`. */
export const recoverOwnTopics = (
  bench: Workbench,
  { reason }: RecoverWish,
): Promise<RecoveredTopics & { readonly toSay: number }> =>
  atLength(bench, reason, async (context) => ({
    ...(await recoverTopics(context)),
    toSay: (await sayAgain(context, bench.recovery)).said,
  }));

/** After every service has its topics back: see `recoverPositions`. */
export const recoverGroups = (bench: Workbench, { reason }: RecoverWish): Promise<RecoveredPositions> =>
  atLength(bench, reason, (context) => recoverPositions(context, consumersOf(bench)));

/** Writes what is in no event into a file. */
export async function backup(
  bench: Workbench,
  { to }: { readonly to: string },
): Promise<{ readonly file: string; readonly rows: number; readonly tables: readonly string[] }> {
  const tables = bench.recovery.backup ?? [];
  return {
    file: to,
    tables,
    ...(await backUp({ dataSource: bench.dataSource, options: bench.messaging, world: bench.world }, tables, to)),
  };
}

/** On connections without a time limit, whose name is that of the bench: nobody else may be connected. */
async function atLength<T>(
  bench: Workbench,
  reason: string,
  work: (context: RecoveryContext & Pick<Workbench, 'store'>) => Promise<T>,
): Promise<T> {
  const { service, messaging, migrations, config, store, kafka, world, say } = bench;
  const dataSource = dataSourceOf(config, `${service} operator`, migrations);
  await connect(dataSource, world);
  try {
    return await work({
      options: messaging,
      dataSource,
      store,
      kafka,
      world,
      reason,
      onProgress: (progress) => say(lineOf(progress)),
    });
  } finally {
    await dataSource.destroy();
  }
}

/** Through the very handlers, as far as the group had read; the living consumer goes on from there. */
async function handleAgain(
  { parts, messaging, store, kafka, world, log, say, signal }: Workbench,
  { dataSource, reason }: RecoveryContext,
  consumer: string,
): Promise<ReplayReport> {
  const onProgress = ({ read, of }: { readonly read: number; readonly of: number }): void =>
    say(`${consumer}: handling again what left no trace, ${read} of ${of} records`);
  const replays = new PostgresReplayStore(dataSource);
  return new Replay(
    parts,
    messaging,
    { store, replays, kafka, world, log },
    { consumer, from: 'beginning', fullSpeed: true },
    { reason, signal, onProgress },
  ).run();
}

const consumersOf = ({ parts: { transport } }: Workbench): ConsumerOf[] =>
  transport.groupNames.map((group) => {
    const handlers = transport.handlersOf(group)!;
    const { topics, types } = handlers;
    return { group, topics, types, decides: types.filter((type) => handlers.kindOf(type) === 'policy') };
  });

const own = `
select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname = current_schema() and c.relname not like 'msg\\_%' and c.relname not like 'svc\\_%' order by 1`;

const businessTables = async (dataSource: DataSource): Promise<string[]> =>
  (await dataSource.query<{ name: string }[]>(own)).map(({ name }) => name);

const lineOf = ({ step, done, of, perSecond, secondsLeft }: RecoveryProgress): string =>
  `${step}: ${done}${of === undefined ? '' : ` of ${of}`}, ${perSecond}/s${secondsLeft === undefined ? '' : `, ${secondsLeft} s left`}`;
