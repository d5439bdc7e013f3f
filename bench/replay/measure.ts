import { hashTables, type TableHash } from '@tradewind/messaging';
import { asksOf, pricesOf } from '../articles/backlog.js';
import { copiesAfter, differences, shelvesAfter } from '../articles/books.js';
import { copiesIn, createTables, dataSourceOf, shelvesIn } from '../articles/tables.js';
import { Child } from '../ground/child.js';
import { createDatabase, rowsOf } from '../ground/databases.js';
import { load } from '../ground/machine.js';
import type { Platform } from '../ground/platform.js';
import { spentBetween, useOf } from '../ground/processes.js';
import { environmentOf, type Living } from './living.js';
import type { Rebuilt, Recovered } from './talk.js';

export const replays = ['rebuild', 'recovery'] as const;
export type ReplayName = (typeof replays)[number];

export interface Round {
  readonly messages: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Microseconds on processors a message. */
  readonly cpu: { readonly replay: number; readonly postgres: number; readonly kafka: number };
  /** For which nobody else could use the table; undefined where nobody else is there. */
  readonly lockedMilliseconds: number | undefined;
  readonly machineLoad: number;
}

/** Milliseconds until a program has begun, and until it has done. */
const beginWithin = 120_000;
const doneWithin = 1_800_000;

const copies = 'bench_copies';
const spoilt = `update bench_copies set price = -1 where article = (select min(article) from bench_copies)`;

/** What a recovered service must have as before, apart from the moments in which rows were written and the places of its archive's rows. */
const views = `
create or replace view bench_handled as select consumer, message_id, lane from msg_inbox;
create or replace view bench_said as select id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at, headers, partition, record_offset from msg_outbox_archive`;
const recovered = ['bench_shelves', 'bench_handled', 'bench_said', 'msg_sequences', 'msg_relay_positions'];

/** Rebuilds the copies beside the living ones, of which one row is spoilt first. Throws where they are not all right afterwards. */
export async function measureRebuild(platform: Platform, living: Living): Promise<Round> {
  const { service, backlog, url } = living;
  const before = await hashesOf(url, [copies]);
  await rowsOf(url, spoilt);
  const program = new Child<Rebuilt | 'ready'>(
    'the rebuild',
    new URL('rebuilder.js', import.meta.url),
    environmentOf(platform, service, backlog, url),
  );
  const { told, ...spent } = await timed<Rebuilt>(platform, program);
  const { messages, seconds, failed, corrected, exchanged, lockedMilliseconds } = told;
  refuse('the rebuild', [
    ...(exchanged && failed === 0 && corrected === 1 && messages === backlog.messages
      ? []
      : [`it tells of itself ${JSON.stringify(told)}`]),
    ...differences(copiesAfter(pricesOf(backlog)), await copiesIn(url)),
    ...otherHashes(before, await hashesOf(url, [copies])),
  ]);
  return { ...spent, messages, seconds, perSecond: messages / seconds, lockedMilliseconds };
}

/** Recovers the database of a service that has ended into an empty one. Throws where it does not hold what the lost one held. */
export async function measureRecovery(platform: Platform, lost: Living, number: number): Promise<Round> {
  const { service, backlog } = lost;
  const url = await createDatabase(platform.postgresUrl, `recovered_${number}`);
  await createTables(url);
  const program = new Child<Recovered | 'ready'>(
    'the recovery',
    new URL('recoverer.js', import.meta.url),
    environmentOf(platform, service, backlog, url),
  );
  const { told, ...spent } = await timed<Recovered>(platform, program);
  refuse('the recovery', [
    ...(told.left === 0 && told.messages === backlog.messages ? [] : [`it tells of itself ${JSON.stringify(told)}`]),
    ...differences(shelvesAfter(asksOf(backlog)), await shelvesIn(url)),
    ...otherHashes(await recoveredHashes(lost.url), await recoveredHashes(url)),
  ]);
  return {
    ...spent,
    messages: told.messages,
    seconds: told.seconds,
    perSecond: told.messages / told.seconds,
    lockedMilliseconds: undefined,
  };
}

/** From the word to begin until it tells what it has done. */
async function timed<T extends { readonly messages: number }>(
  platform: Platform,
  program: Child<T | 'ready'>,
): Promise<Pick<Round, 'cpu' | 'machineLoad'> & { readonly told: T }> {
  const processes = new Map([['replay', program.pid], ...platform.processes]);
  try {
    await program.next('that it is ready', beginWithin);
    const before = useOf(processes);
    program.send('begin');
    const told = (await program.next('what it has done', doneWithin)) as T;
    const spent = spentBetween(before, useOf(processes));
    const each = (process: string): number => spent.get(process)! / told.messages;
    return {
      told,
      cpu: { replay: each('replay'), postgres: each('PostgreSQL'), kafka: each('Kafka') },
      machineLoad: load(),
    };
  } finally {
    await program.stop();
  }
}

async function recoveredHashes(url: string): Promise<TableHash[]> {
  await rowsOf(url, views);
  return hashesOf(url, recovered);
}

async function hashesOf(url: string, tables: readonly string[]): Promise<TableHash[]> {
  const dataSource = await dataSourceOf(url).initialize();
  try {
    return await hashTables(dataSource, tables);
  } finally {
    await dataSource.destroy();
  }
}

const otherHashes = (before: readonly TableHash[], now: readonly TableHash[]): string[] =>
  before.flatMap((was, index) => {
    const is = now[index]!;
    return was.hash === is.hash && was.rows > 0
      ? []
      : [`${was.table} had ${was.rows} rows of the hash ${was.hash}, and has ${is.rows} of ${is.hash}`];
  });

function refuse(what: string, faults: readonly string[]): void {
  if (faults.length > 0) throw new Error(`${what} has not brought back what was there: ${faults.join('; ')}`);
}
