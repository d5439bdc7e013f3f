import { isDeepStrictEqual } from 'node:util';
import { newId } from '@tradewind/kernel';
import type { OutgoingMessage } from '@tradewind/messaging';
import {
  ownTopics,
  type IncomingRecord,
  type OutboxRow,
  appendOutbox,
  toOutboxRow,
  isCompacted,
} from '@tradewind/messaging/internals';
import { readBackupTables } from './backup.js';
import { wholeRanges } from './read-published.js';
import { recordRecovery, rejectRunningService, type RecoveryContext } from './recovery-context.js';
import type { Recovery } from './recovery.js';
import { unpublishedRows } from './restore-rows.js';

/** By ordering key: the last payload, null for a tombstone. */
type LastPayloads = Map<string, string | null>;

/**
 * Puts the last message of each key into the outbox where the compacted topics of a service lack it: no archive has them. The service
 * publishes them when it starts. Existing records stay. May be repeated.
 */
export async function republish(
  context: RecoveryContext,
  { compacted }: Pick<Recovery, 'compacted'>,
): Promise<{ readonly republished: number }> {
  if (!compacted) return { republished: 0 };
  await rejectRunningService(context);
  const { dataSource } = context;
  const last = await lastPayloads(context);
  const messages = compacted.messages(await readBackupTables(dataSource, compacted.tables));
  const rows = [...messages].map((message) => rowOf(message, context));
  const republished = await dataSource.transaction(async (manager) => {
    for (const row of await unpublishedRows(manager)) last.set(orderingKeyOf(row), row.payload);
    const missing = rows.filter((row) => !isSame(last.get(orderingKeyOf(row)) ?? null, row.payload));
    await appendOutbox((text, values) => manager.query(text, [...values]), missing);
    return missing.length;
  });
  await recordRecovery(context, 'republish', { republished });
  return { republished };
}

async function lastPayloads({ kafka, options }: RecoveryContext): Promise<LastPayloads> {
  const topics = ownTopics(options).filter(({ retention }) => isCompacted(retention));
  const last: LastPayloads = new Map();
  const ends = topics.length === 0 ? [] : await kafka.endOffsets(topics.map(({ name }) => name));
  await kafka.read({
    ranges: wholeRanges(ends),
    onRecords: (records) => {
      for (const record of records) last.set(orderingKeyOf(record), record.value?.toString('utf8') ?? null);
      return Promise.resolve();
    },
  });
  return last;
}

/** The message is its own cause. */
function rowOf(message: OutgoingMessage, { ports }: RecoveryContext): OutboxRow {
  const id = newId(ports);
  return toOutboxRow(message, { id, at: ports.clock.now(), cause: id, correlation: undefined });
}

const orderingKeyOf = ({ topic, key }: Pick<OutboxRow, 'topic'> & Pick<IncomingRecord, 'key'>): string =>
  `${topic}\n${key ?? ''}`;

const isSame = (a: string | null, b: string | null): boolean =>
  a === null || b === null ? a === b : isDeepStrictEqual(JSON.parse(a), JSON.parse(b));
