import { isDeepStrictEqual } from 'node:util';
import type { Said } from '@tradewind/saga';
import type { IncomingRecord } from '../kafka/kafka-client.js';
import { toOutboxRow } from '../outbox/envelope.js';
import { ownTopics } from '../outbox/own-topics.js';
import { appendOutbox } from '../postgres/outbox-sql.js';
import type { OutboxRow } from '../store/store.js';
import { newId } from '../system.js';
import { readKept } from './kept-rows.js';
import { recordDeed, refuseCompany, type RecoveryContext } from './recovery-context.js';
import type { Recovery } from './recovery.js';
import { unpublished } from './refill-sql.js';

/** By topic and key. Undefined where there is none, null where its key has ended. */
type LastWords = Map<string, string | null>;

/**
 * Has the last words on a service's compacted topics said once more where Kafka does not hold them: no archive has them. They lie
 * in the outbox then, and the service says them when it starts. What is there already stays as it is. May be repeated.
 */
export async function sayAgain(
  context: RecoveryContext,
  { compacted }: Pick<Recovery, 'compacted'>,
): Promise<{ readonly said: number }> {
  if (!compacted) return { said: 0 };
  await refuseCompany(context);
  const { dataSource } = context;
  const heard = await lastWords(context);
  const wanted = [...compacted.words(await readKept(dataSource, compacted.tables))].map((said) => rowOf(said, context));
  const said = await dataSource.transaction(async (manager) => {
    for (const row of await unpublished(manager)) heard.set(laneOf(row), row.payload);
    const missing = wanted.filter((row) => !isSame(heard.get(laneOf(row)) ?? null, row.payload));
    await appendOutbox((text, values) => manager.query(text, values as unknown[]), missing);
    return missing.length;
  });
  await recordDeed(context, 'say again', { said });
  return { said };
}

async function lastWords({ kafka, options }: RecoveryContext): Promise<LastWords> {
  const topics = ownTopics(options).filter(({ retention }) => retention === 'compact');
  const words: LastWords = new Map();
  const ends = topics.length === 0 ? [] : await kafka.endOffsets(topics.map(({ name }) => name));
  await kafka.read({
    ranges: ends.map(({ topic, partition, start, end }) => ({ topic, partition, from: start, to: end })),
    onRecords: (records) => {
      for (const record of records) words.set(laneOf(record), record.value?.toString('utf8') ?? null);
      return Promise.resolve();
    },
  });
  return words;
}

/** Said of its own accord: it names itself. */
function rowOf(said: Said, { world }: RecoveryContext): OutboxRow {
  const id = newId(world);
  return toOutboxRow(said, { id, at: world.clock.now(), cause: id, correlation: undefined, traceparent: null });
}

const laneOf = ({ topic, key }: Pick<OutboxRow, 'topic'> & Pick<IncomingRecord, 'key'>): string =>
  `${topic}\n${key ?? ''}`;

const isSame = (one: string | null, other: string | null): boolean =>
  one === null || other === null ? one === other : isDeepStrictEqual(JSON.parse(one), JSON.parse(other));
