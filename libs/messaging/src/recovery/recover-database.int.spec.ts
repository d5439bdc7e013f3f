import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { groupBy } from '@tradewind/kernel';
import { systemWorld, type AnySagaBinding } from '../index.js';
import { backUp } from './kept-rows.js';
import { recoverDatabase, type RecoveredDatabase } from './recover-database.js';
import { recoverPositions, type ConsumerOf } from './recover-positions.js';
import type { Recovery } from './recovery.js';
import { hashTables } from './table-hashes.js';
import { answeredRequest, Said, service, talk, Talker, Voices } from './talker.fixture.spec.js';

const brokers = process.env['TEST_KAFKA_BROKERS']!;
const names = Array.from({ length: 20 }, (_, index) => `talker ${index}`);
const consumers: readonly ConsumerOf[] = [{ group: service, topics: [talk.name], types: ['talk.said'] }];
const tables = ['voices', 'secrets', 'heard', 'msg_sequences', 'msg_relay_positions', 'msg_inbox', 'msg_idempotency'];

const recovery: Recovery = {
  rows: (told) => [
    [
      Voices,
      [
        ...groupBy(
          [...told].map(({ message }) => message as Said),
          ({ who }) => who,
        ),
      ].map(([who, words]) => ({ who, words: words.length })),
    ],
  ],
  answers: (told) => [...told].map(({ envelope: { id }, at }) => answeredRequest(id, at)),
  backup: ['secrets'],
};

describe('a database', () => {
  let folder: string;
  let talker: Talker;
  const others: Talker[] = [];

  const trade = async (of: Talker, ...who: readonly string[]): Promise<void> => {
    of.start(brokers);
    await of.tell(Said, ...who);
    await of.atRest();
    await of.stop();
  };
  /** Another database in place of the first: empty, or a copy of it. */
  const another = async (template?: Talker): Promise<Talker> => {
    const copy = await (template
      ? template.aside(() => Talker.open(new URL(template.database.url).pathname.slice(1)))
      : Talker.open());
    others.push(copy);
    return copy;
  };
  const contextOf = (of: Talker) => ({
    dataSource: of.dataSource,
    store: of.store,
    options: of.options,
    kafka: of.client(brokers),
    world: systemWorld,
    reason: 'a drill',
  });
  const recover = async (of: Talker, backup?: string): Promise<RecoveredDatabase> => {
    const context = contextOf(of);
    try {
      const recovered = await recoverDatabase(context, {
        recovery,
        consumers,
        migrationsTable: 'migrations',
        ...(backup === undefined ? {} : { backup }),
      });
      await recoverPositions(context, consumers);
      return recovered;
    } finally {
      await context.kafka.close();
    }
  };
  /** When a mark was made, nobody needs to know. */
  const content = async (of: Talker) => {
    await of.dataSource.query(`update msg_inbox set received_at = 'epoch'`);
    return hashTables(of.dataSource, tables);
  };
  const archive = (of: Talker) =>
    of.dataSource.query<object[]>(
      'select id, topic, key, sequence, payload, causation, occurred_at, partition, record_offset from msg_outbox_archive order by topic, partition, record_offset',
    );

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'recover-'));
    talker = await Talker.open();
    await talker.provision(brokers);
    await trade(talker, ...names, ...names, ...names);
    await talker.dataSource.query(`insert into secrets select who, 'secret of ' || who from voices`);
    const context = contextOf(talker);
    await backUp(context, recovery.backup!, join(folder, 'backup'));
    await context.kafka.close();
  }, 60_000);
  afterEach(() => Promise.all(others.map((other) => other.stop())));
  afterAll(async () => {
    for (const each of [...others, talker]) await each?.close();
    rmSync(folder, { recursive: true });
  });

  it('that is backed up is in one file for its owner alone, which is never overwritten', async () => {
    const context = contextOf(talker);
    expect(statSync(join(folder, 'backup')).mode & 0o777).toBe(0o600);
    await expect(backUp(context, recovery.backup!, join(folder, 'backup'))).rejects.toThrow('is there already');
    await context.kafka.close();
  });

  it('that was lost comes back as it was, from the topics and a backup, and the service goes on', async () => {
    const empty = await another();
    const recovered = await recover(empty, join(folder, 'backup'));
    expect(recovered).toMatchObject({
      messages: 60,
      unpublished: 0,
      tables: [
        { table: 'voices', rows: 20 },
        { table: 'secrets', rows: 20 },
        { table: 'msg_idempotency', rows: 60 },
      ],
    });
    empty.start(brokers);
    await empty.atRest();
    await empty.stop();
    expect([await content(empty), await archive(empty), empty.fatal]).toEqual([
      await content(talker),
      await archive(talker),
      [],
    ]);
  }, 60_000);

  it('that was restored to an earlier moment comes back with what it alone knows', async () => {
    const earlier = await another(talker);
    await trade(talker, ...names);
    earlier.start(brokers);
    expect(await earlier.disagreement()).toContain(`the database of ${service} is behind Kafka`);
    await earlier.stop();
    await earlier.tell(Said, 'talker 0', 'somebody new');
    const recovered = await recover(earlier);
    expect(recovered).toMatchObject({
      messages: 80,
      unpublished: 2,
      tables: [
        { table: 'voices', rows: 21 },
        { table: 'secrets', rows: 20 },
        { table: 'msg_idempotency', rows: 82 },
      ],
    });
    earlier.start(brokers);
    await earlier.atRest();
    await earlier.stop();
    expect(earlier.fatal).toEqual([]);
    expect(
      await earlier.dataSource.query(
        `select who, words from voices where who in ('talker 0', 'somebody new') order by who`,
      ),
    ).toEqual([
      { who: 'somebody new', words: 1 },
      { who: 'talker 0', words: 5 },
    ]);
    expect(
      await earlier.dataSource.query(
        'select max(sequence)::int as last, count(*)::int as of from msg_outbox_archive where key = $1',
        ['talker 0'],
      ),
    ).toEqual([{ last: 5, of: 5 }]);
    expect(await earlier.count('heard')).toBe(82);
  }, 60_000);

  it('of a service with sagas is left as it is while nobody tells how these come back', async () => {
    const context = contextOf(talker);
    const definition = { definition: { name: 'conversation' }, subject: Voices } as unknown as AnySagaBinding;
    const recovering = recoverDatabase(
      { ...context, options: { ...context.options, sagas: [definition] } },
      { recovery, consumers, migrationsTable: 'migrations' },
    );
    await expect(recovering).rejects.toThrow('does not tell how its sagas come back');
    await context.kafka.close();
  });

  it('is not recovered from a backup of another service', async () => {
    const other = contextOf(talker);
    await backUp({ ...other, options: { ...other.options, service: 'another' } }, [], join(folder, 'other'));
    await other.kafka.close();
    const empty = await another();
    await expect(recover(empty, join(folder, 'other'))).rejects.toThrow(
      `is no backup of ${service}: it is one of another`,
    );
  });
});
