import { OperationRejected } from '@tradewind/kernel';
import type { DataSource } from 'typeorm';
import {
  acceptOffsets,
  backUp,
  hashTables,
  recoverDatabase,
  recoverOffsets,
  recoverTopics,
  republish,
  type ConsumerDescription,
  type RecoveredDatabase,
  type RecoveredOffsets,
  type RecoveredTopics,
  type Recovery,
  type RecoveryContext,
  type TableHash,
} from '../recovery/index.js';
import { PostgresReplayStore, Replay, type ReplayReport } from '../replay/index.js';
import type { OperationContext } from './operation-context.js';
import { recoveryProgressLine } from './progress-lines.js';
import { selectBusinessTables } from './service-operations-sql.js';

/** Input of the operation that recovers a service. */
export interface RecoverInput {
  readonly reason: string;
  /** A file of the operation `backup`. */
  readonly backup?: string;
}

/** What the recovery of a service brought back. */
export interface RecoveredService {
  readonly database: RecoveredDatabase;
  /** Replays of messages whose handling published nothing. */
  readonly handled: readonly Pick<ReplayReport, 'read' | 'counts' | 'failed'>[];
  readonly offsets: RecoveredOffsets;
  readonly hashes: readonly TableHash[];
}

/** Recovers the service's database from its topics, see `recoverDatabase`. */
export const recoverService = (
  operation: OperationContext,
  { reason, backup }: RecoverInput,
): Promise<RecoveredService> =>
  withoutStatementTimeout(operation, reason, async (context) => {
    const { migrationsTable } = operation;
    const recovery = recoveryOf(operation);
    await operation.applyMigrations(context.dataSource);
    const consumers = consumersOf(operation);
    const database = await recoverDatabase(context, {
      recovery,
      consumers,
      migrationsTable,
      ...(backup === undefined ? {} : { backup }),
    });
    const handled = [];
    for (const { group } of consumers) handled.push(await replayMissing(operation, context, group));
    const offsets = await recoverOffsets(context, consumers);
    const hashes = await hashTables(context.dataSource, await businessTables(context.dataSource));
    return { database, handled, offsets, hashes };
  });

/** Recovers the service's topics, and puts the last messages of its compacted topics into the outbox: see `recoverTopics` and `republish`. */
export const recoverServiceTopics = (operation: OperationContext, { reason }: RecoverInput): Promise<object> =>
  withoutStatementTimeout(operation, reason, async (context) => ({
    ...withOffsetText(await recoverTopics(context)),
    toPublish: (await republish(context, recoveryOf(operation))).republished,
  }));

/** Offsets as JSON can have them. */
const withOffsetText = ({ pruned, ...rest }: RecoveredTopics): object => ({
  ...rest,
  pruned: pruned.map((each) => ({ ...each, offset: each.offset.toString() })),
});

/** After the topics of every service are recovered: see `recoverOffsets`. */
export const recoverGroupOffsets = (operation: OperationContext, { reason }: RecoverInput): Promise<RecoveredOffsets> =>
  withoutStatementTimeout(operation, reason, (context) => recoverOffsets(context, consumersOf(operation)));

/** Accepts the offsets of the service's groups as they are: see `acceptOffsets`. */
export const acceptGroupOffsets = (operation: OperationContext, { reason }: RecoverInput): Promise<object> =>
  withoutStatementTimeout(operation, reason, async (context) => {
    const { partitions } = await acceptOffsets(context, consumersOf(operation));
    return { partitions: partitions.map((each) => ({ ...each, offset: each.offset.toString() })) };
  });

/** Writes the tables that no message describes into a file. */
export async function backUpService(
  operation: OperationContext,
  { to }: { readonly to: string },
): Promise<{ readonly file: string; readonly rows: number; readonly tables: readonly string[] }> {
  const { dataSource, messaging, ports } = operation;
  const tables = recoveryOf(operation).backup ?? [];
  const { rows } = await backUp({ dataSource, options: messaging, ports }, tables, to);
  return { file: to, tables, rows };
}

async function withoutStatementTimeout<T>(
  { messaging, store, kafka, ports, report, openWithoutTimeout }: OperationContext,
  reason: string,
  work: (context: RecoveryContext & Pick<OperationContext, 'store'>) => Promise<T>,
): Promise<T> {
  const dataSource = await openWithoutTimeout();
  try {
    return await work({
      options: messaging,
      dataSource,
      store,
      kafka,
      ports,
      reason,
      onProgress: (progress) => report(recoveryProgressLine(progress)),
    });
  } finally {
    await dataSource.destroy();
  }
}

/** Handles, up to the group's committed offset, what the recovered inbox does not know; the running consumer continues from there. */
async function replayMissing(
  { runtime, messaging, store, kafka, ports, log, report, signal }: OperationContext,
  { dataSource, reason }: RecoveryContext,
  consumer: string,
): Promise<ReplayReport> {
  return new Replay(
    runtime,
    messaging,
    { store, replays: new PostgresReplayStore(dataSource), kafka, ports, log },
    { consumer, from: 'beginning', noThrottle: true },
    {
      reason,
      signal,
      onProgress: ({ read, of }) => report(`${consumer}: handling missing messages, ${read} of ${of} records`),
    },
  ).run();
}

const consumersOf = ({ runtime: { transport } }: OperationContext): ConsumerDescription[] =>
  transport.groupNames.flatMap((group) => {
    const handlers = transport.handlersOf(group);
    if (!handlers) return [];
    const { topics, types } = handlers;
    return [{ group, topics, types, decidingTypes: types.filter((type) => handlers.kindOf(type) === 'policy') }];
  });

const businessTables = async (dataSource: DataSource): Promise<string[]> =>
  (await dataSource.query<{ name: string }[]>(selectBusinessTables)).map(({ name }) => name);

function recoveryOf({ recovery, service }: OperationContext): Recovery {
  if (!recovery)
    throw new OperationRejected(
      `${service} does not say how its rows follow from its messages: pass { recovery } to operate(…) in its program`,
    );
  return recovery;
}
