import { MessagingRuntime, type IncomingRecord, type MessagingOptions } from '@tradewind/messaging';
import { decode } from '@tradewind/messaging/internals';
import type { SimulatedDatabase } from './database/simulated-database.js';
import { Simulation } from './simulation.js';

export interface BatchEquivalenceOptions {
  readonly messaging: MessagingOptions;
  readonly handlers: readonly (new () => object)[];
  /** The consumer group whose handlers are tested. Default: the name of the service. */
  readonly group?: string;
  /** The records in the order of their topic, with envelopes. */
  readonly records: readonly IncomingRecord[];
}

/** What the handlers have stored and published. */
export interface HandledResult {
  /** Rows by table; generated UUIDs are replaced, because they differ between two runs. */
  readonly rows: Readonly<Record<string, readonly string[]>>;
  /** Published messages by ordering key. */
  readonly published: Readonly<Record<string, readonly string[]>>;
  readonly effects: readonly string[];
}

/**
 * Handles the records once in a transaction each and once all in one transaction. Both results must be equal: a handler must not
 * depend on which messages share its transaction.
 *
 *     const { oneByOne, batched } = await handleBothWays({ ...cart, records });
 *     expect(batched).toEqual(oneByOne);
 */
export async function handleBothWays(
  options: BatchEquivalenceOptions,
): Promise<{ readonly oneByOne: HandledResult; readonly batched: HandledResult }> {
  return {
    oneByOne: await handle(
      options,
      options.records.map((record) => [record]),
    ),
    batched: await handle(options, [options.records]),
  };
}

async function handle(
  { messaging, handlers, group = messaging.service, records }: BatchEquivalenceOptions,
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
  for (const batch of batches) {
    const invocations = batch.flatMap((record) => {
      const decoded = decode(record, messaging.contracts);
      if (decoded.poison) throw decoded.poison;
      return groupHandlers.invocationOf(decoded) ?? [];
    });
    const outcomes = await simulation.settled(runtime.runner.run(invocations));
    for (const outcome of outcomes.values()) if (outcome.kind === 'failed') throw outcome.error;
  }
  return resultOf(messaging, database, idsIn(records));
}

function resultOf(
  { lockOrder }: MessagingOptions,
  database: SimulatedDatabase,
  givenIds: ReadonlySet<string>,
): HandledResult {
  const text = (value: unknown): string =>
    JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each)).replace(uuid, (id) =>
      givenIds.has(id) ? id : '<generated>',
    );
  const published: Record<string, string[]> = {};
  for (const { topic, key, type, payload } of database.outbox.unpublished())
    (published[text(`${topic} ${key}`)] ??= []).push(text({ type, payload }));
  return {
    rows: Object.fromEntries(lockOrder.map((table) => [table.name, database.rows(table).map(text).sort()])),
    published,
    effects: database.effects
      .committed()
      .map(({ name, key, payload }) => text({ name, key, payload }))
      .sort(),
  };
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

const idsIn = (records: readonly IncomingRecord[]): Set<string> =>
  new Set(records.flatMap(({ key, value }) => `${key} ${value?.toString() ?? ''}`.match(uuid) ?? []));
