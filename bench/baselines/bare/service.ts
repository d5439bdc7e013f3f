import type pg from 'pg';
import { topics as all } from '@tradewind/contracts';
import type { Topic } from '@tradewind/messaging';
import { connectKafka } from '../../environment/kafka.js';
import { exitOnError, onStop, readConnections } from '../../environment/program.js';
import { openPool, run, statement, transaction } from './database.js';
import { startBareRelay } from './relay.js';
import { repeat } from './repeat.js';

/** Records of one transaction. */
const batchSize = 1_000;

/** Adds messages to the inbox of a consumer. Returns the ids that were new. */
const mark = statement(`
insert into msg_inbox (consumer, message_id, ordering_key) select $1, id, key from unnest($2::uuid[], $3::text[]) as m(id, key) order by id
on conflict (consumer, message_id) do nothing returning message_id as id`);
const partitions = new Map(Object.values(all).map((topic) => [topic.name, topic.partitions]));

export interface Message {
  readonly id: string;
  readonly type: string;
  readonly topic: string;
  readonly orderId: string;
  readonly body: unknown;
}

export interface BareService {
  readonly pool: pg.Pool;
  /** To be called after rows are committed. */
  readonly notifyRelay: () => void;
}

/** Opens the database of a service and the relay of its outbox. It ends when it is stopped: everything that was started is complete by then. */
export async function openService(name: string, connections: number): Promise<BareService> {
  onStop(() => Promise.resolve());
  const { url, brokers } = readConnections();
  const partitionsOf = (topic: string): number => partitions.get(topic)!;
  const notifyRelay = await startBareRelay({ url, brokers, source: name, partitionsOf });
  return { pool: openPool(url, connections), notifyRelay };
}

export interface Consumer {
  readonly group: string;
  readonly topics: readonly Topic[];
  /** Handles the new messages of a batch. */
  readonly handle: (client: pg.PoolClient, messages: readonly Message[]) => Promise<void>;
  readonly onCommitted?: () => void;
  /** A type of messages that are skipped. */
  readonly ignored?: string;
}

/**
 * Handles all waiting records of all partitions in one transaction at a time, and commits the offsets after it. Resolves when all partitions are
 * assigned. An error ends the process.
 */
export async function consume({ pool, notifyRelay }: BareService, options: Consumer): Promise<void> {
  const { group, topics, handle, onCommitted, ignored } = options;
  const { brokers } = readConnections();
  const queue: { message: Message; partition: number; offset: bigint }[] = [];
  let committed: Promise<unknown> = Promise.resolve();
  const notify = repeat(async () => {
    if (queue.length === 0) return false;
    const received = queue.splice(0, batchSize);
    await transaction(pool, async (client) => {
      const ids = received.map(({ message }) => message.id);
      const keys = received.map(({ message: { topic, orderId } }) => `${topic}\n${orderId}`);
      const fresh = new Set((await run<{ id: string }>(client, mark, [group, ids, keys])).map(({ id }) => id));
      await handle(
        client,
        received.flatMap(({ message }) => (fresh.delete(message.id) ? [message] : [])),
      );
    });
    notifyRelay();
    onCommitted?.();
    const offsets = new Map(
      received.map(({ message: { topic }, partition, offset }) => [
        `${topic}:${partition}`,
        { topic, partition, offset: offset + 1n },
      ]),
    );
    // the next transaction does not wait for the broker: the inbox recognizes repeated records
    committed = committed.then(() => subscription.commit([...offsets.values()]));
    return true;
  });
  let onAssigned = (): void => undefined;
  const assigned = new Promise<void>((resolve) => (onAssigned = resolve));
  const subscription = await connectKafka(brokers, group).subscribe({
    group,
    topics: topics.map((topic) => topic.name),
    onAssigned: (partitions) => void (partitions.length > 0 && onAssigned()),
    onFatal: exitOnError,
    onRecords: (records) => {
      for (const { topic, partition, offset, key, value, headers } of records) {
        const [id, type] = [headers['ce_id']!, headers['ce_type']!];
        if (type === ignored) continue;
        const message = { id, type, topic, orderId: key!, body: JSON.parse(String(value)) as unknown };
        queue.push({ message, partition, offset });
      }
      notify();
    },
  });
  await assigned;
}
