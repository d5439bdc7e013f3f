import {
  messageInfo,
  MessagingRuntime,
  type IncomingRecord,
  type MessageClass,
  type MessagingOptions,
} from '@tradewind/messaging';
import { decode } from '@tradewind/messaging/internals';
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
  { messaging, handlers, group = messaging.service }: BatchEquivalenceOptions,
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
  return resultOf(messaging, database, idsIn(batches.flat()));
}

function resultOf(
  { lockOrder }: MessagingOptions,
  database: SimulatedDatabase,
  inputIds: ReadonlySet<string>,
): HandledResult {
  const text = (value: unknown): string =>
    JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each)).replace(uuid, (id) =>
      inputIds.has(id) ? id : '<generated>',
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
      ce_sequence: String(sequence),
    },
  };
};
