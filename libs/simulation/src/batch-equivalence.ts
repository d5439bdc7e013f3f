import { Transient } from '@tradewind/kernel';
import {
  MessagingRuntime,
  SagaHistory,
  SagaInstances,
  type AnyTable,
  type IncomingRecord,
  type MessagingOptions,
  decode,
  outcomeOf,
  sequenceText,
  type Invocation,
  type Runner,
} from '@tradewind/messaging/internals';
import { messageInfo, type MessageClass } from '@tradewind/messaging/message';
import type { SimulatedDatabase } from './database/simulated-database.js';
import { Simulation } from './simulation.js';

/** A message that the handlers get. */
export interface ReceivedMessage {
  readonly message: MessageClass;
  /** The fields of the message, as JSON values. */
  readonly fields: object;
  /** The sequence of the message within its topic and key. Default: 1. */
  readonly sequence?: number;
}

export interface BatchEquivalenceOptions {
  readonly messaging: MessagingOptions;
  readonly handlers: readonly (new () => object)[];
  /** The consumer group whose handlers are tested. Default: the name of the service. */
  readonly group?: string;
  /** Rows that exist before the first message. */
  readonly initialRows?: readonly { readonly table: AnyTable; readonly rows: readonly object[] }[];
  /** The messages in the order of their topic. */
  readonly messages: readonly ReceivedMessage[];
}

/** What the handlers have stored and published. */
export interface HandledResult {
  /** Rows by table; generated UUIDs are replaced, because they differ between two runs. */
  readonly rows: Readonly<Record<string, readonly string[]>>;
  /** Published messages by ordering key. */
  readonly published: Readonly<Record<string, readonly string[]>>;
  readonly effects: readonly string[];
  /** Messages that would become dead letters, with their error. Later messages of their ordering key are not handled. */
  readonly failures: readonly string[];
}

/**
 * Handles the messages once in a transaction each and once all in one transaction. Both results must be equal: a handler must not
 * depend on which messages share its transaction.
 *
 *     const { oneByOne, batched } = await handleBothWays({ ...cart, messages });
 *     expect(batched).toEqual(oneByOne);
 */
export async function handleBothWays(
  options: BatchEquivalenceOptions,
): Promise<{ readonly oneByOne: HandledResult; readonly batched: HandledResult }> {
  const records = options.messages.map(recordOf);
  return {
    oneByOne: await handle(
      options,
      records.map((record) => [record]),
    ),
    batched: await handle(options, [records]),
  };
}

async function handle(
  { messaging, handlers, group = messaging.service, initialRows = [] }: BatchEquivalenceOptions,
  batches: readonly (readonly IncomingRecord[])[],
): Promise<HandledResult> {
  const simulation = new Simulation('batch equivalence');
  const database = simulation.database(messaging.service);
  const process = simulation.process(messaging.service);
  const { randomness, timers } = process.runtimePorts;
  const now = new Date(simulation.now);
  const runtime = new MessagingRuntime(
    messaging,
    {
      store: process.store(database),
      kafka: process.kafka(simulation.kafka()),
      // A fixed clock: both runs make the same rows, although one takes longer.
      ports: { randomness, timers, clock: { now: () => now } },
      log: () => undefined,
      onFatal: (error) => {
        throw error;
      },
    },
    () => [],
  );
  for (const Handler of handlers) runtime.addController(new Handler());
  const groupHandlers = runtime.transport.handlersOf(group);
  if (!groupHandlers) throw new TypeError(`${messaging.service} has no consumer group ${group}`);
  for (const { table, rows } of initialRows) await database.insert(table, rows);
  const failures = new Map<string, string>();
  for (const batch of batches) {
    const invocations = batch.flatMap((record) => {
      const decoded = decode(record, messaging.contracts);
      if (decoded.poison) throw decoded.poison;
      if (decoded.skipped) return [];
      return groupHandlers.invocationOf(decoded) ?? [];
    });
    await simulation.settled(runAll(runtime.runner, invocations, failures));
  }
  return { ...resultOf(messaging, database, idsIn(batches.flat())), failures: [...failures.values()].sort() };
}

/** Runs what is deferred, or failed with Transient, again. `failures` has the failed message of each blocked ordering key. */
async function runAll(
  runner: Runner,
  invocations: readonly Invocation[],
  failures: Map<string, string>,
): Promise<void> {
  const unblocked = invocations.filter(({ orderingKey }) => !failures.has(orderingKey));
  if (unblocked.length === 0) return;
  const outcomes = await runner.run(unblocked);
  const again = unblocked.filter((invocation) => {
    const outcome = outcomeOf(outcomes, invocation);
    if (outcome.kind === 'transient') throw outcome.error;
    if (outcome.kind !== 'failed') return outcome.kind === 'deferred';
    if (outcome.error instanceof Transient) {
      if (unblocked.length === 1) throw outcome.error;
      return true;
    }
    failures.set(invocation.orderingKey, `${invocation.cause}: ${String(outcome.error)}`);
    return false;
  });
  if (again.length === unblocked.length) {
    // Each alone, as the consumer does after a failure.
    for (const invocation of again) await runAll(runner, [invocation], failures);
    return;
  }
  return runAll(runner, again, failures);
}

function resultOf(
  { lockOrder }: MessagingOptions,
  database: SimulatedDatabase,
  inputIds: ReadonlySet<string>,
): Omit<HandledResult, 'failures'> {
  const text = (value: unknown): string =>
    JSON.stringify(value, inKeyOrder).replace(uuid, (id) => (inputIds.has(id) ? id : '<generated>'));
  const published: Record<string, string[]> = {};
  for (const { topic, key, type, payload } of database.outbox.unpublished())
    (published[text(`${topic} ${key}`)] ??= []).push(
      text({ type, payload: payload === null ? null : (JSON.parse(payload) as object) }),
    );
  return {
    rows: Object.fromEntries(
      [...lockOrder, SagaInstances, SagaHistory].map((table) => [table.name, database.rows(table).map(text).sort()]),
    ),
    published,
    effects: database.effects
      .committed()
      .map(({ name, key, payload }) => text({ name, key, payload }))
      .sort(),
  };
}

/** The order of properties has no meaning: jsonb columns change it. */
const inKeyOrder = (_: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
};

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

const idsIn = (records: readonly IncomingRecord[]): Set<string> =>
  new Set(records.flatMap(({ key, value }) => `${key} ${value?.toString() ?? ''}`.match(uuid) ?? []));

const recordOf = ({ message, fields, sequence = 1 }: ReceivedMessage, index: number): IncomingRecord => {
  const { type, topic, key, version } = messageInfo(message);
  return {
    topic: topic.name,
    partition: 0,
    offset: BigInt(index),
    key: String((fields as Record<string, unknown>)[key]),
    value: Buffer.from(JSON.stringify(fields)),
    headers: {
      ce_id: `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`,
      ce_type: type,
      ce_schemaversion: String(version),
      ce_source: '/test',
      ce_sequence: sequenceText(sequence),
    },
  };
};
