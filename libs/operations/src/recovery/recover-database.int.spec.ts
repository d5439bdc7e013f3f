import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { groupBy } from '@tradewind/kernel';
import { systemPorts, type AnySaga } from '@tradewind/messaging/internals';
import { answeredRequest, Authors, chat, ChatService, service, type Posted } from './chat-service.fixture.spec.js';
import {
  backUp,
  hashTables,
  recoverDatabase,
  recoverOffsets,
  type ConsumerDescription,
  type RecoveredDatabase,
  type Recovery,
} from './index.js';

const brokers = process.env['TEST_KAFKA_BROKERS']!;
const names = Array.from({ length: 20 }, (_, index) => `author ${index}`);
const consumers: readonly ConsumerDescription[] = [{ group: service, topics: [chat.name], types: ['chat.posted'] }];
const tables = [
  'authors',
  'passwords',
  'received_posts',
  'msg_sequences',
  'msg_published_offsets',
  'msg_inbox',
  'msg_idempotency',
];
const backedUp = ['passwords'];
/** Their password is deleted after the backup. */
const forgotten = 'author 19';

const recovery: Recovery = {
  rows: (published) => {
    const byAuthor = groupBy(
      [...published].map(({ message }) => message as Posted),
      ({ author }) => author,
    );
    return [[Authors, [...byAuthor].map(([author, posts]) => ({ author, posts: posts.length }))]];
  },
  answers: (published) => [...published].map(({ envelope: { id }, at }) => answeredRequest(id, at)),
  backup: backedUp,
  obsolete:
    () =>
    (table, { author }) =>
      table === 'passwords' && author === forgotten,
};

describe('the recovery of a database', () => {
  let folder: string;
  let original: ChatService;
  const others: ChatService[] = [];

  const trade = async (of: ChatService, ...authors: readonly string[]): Promise<void> => {
    of.start(brokers);
    await of.post(...authors);
    await of.idle();
    await of.stop();
  };
  /** The service with another database: empty, or a copy. */
  const another = async (template?: ChatService): Promise<ChatService> => {
    const copy = await (template
      ? template.disconnected(() => ChatService.open(new URL(template.database.url).pathname.slice(1)))
      : ChatService.open());
    others.push(copy);
    return copy;
  };
  const contextOf = (of: ChatService) => ({
    dataSource: of.dataSource,
    store: of.store,
    options: of.options,
    kafka: of.client(brokers),
    ports: systemPorts,
    reason: 'a drill',
  });
  const recover = async (of: ChatService, backup?: string): Promise<RecoveredDatabase> => {
    const context = contextOf(of);
    try {
      const recovered = await recoverDatabase(context, {
        recovery,
        consumers,
        migrationsTable: 'migrations',
        ...(backup === undefined ? {} : { backup }),
      });
      await recoverOffsets(context, consumers);
      return recovered;
    } finally {
      await context.kafka.close();
    }
  };
  /** Without the times of the inbox, which are not recovered. */
  const content = async (of: ChatService) => {
    await of.dataSource.query(`update msg_inbox set received_at = 'epoch'`);
    return hashTables(of.dataSource, tables);
  };
  const archive = (of: ChatService) =>
    of.dataSource.query<object[]>(
      'select id, topic, key, sequence, payload, causation, occurred_at, partition, record_offset from msg_outbox_archive order by topic, partition, record_offset',
    );

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'recover-'));
    original = await ChatService.open();
    await original.provision(brokers);
    await trade(original, ...names, ...names, ...names);
    await original.dataSource.query(`insert into passwords select author, 'password of ' || author from authors`);
    const context = contextOf(original);
    await backUp(context, backedUp, join(folder, 'backup'));
    await original.dataSource.query('delete from passwords where author = $1', [forgotten]);
    await context.kafka.close();
  }, 60_000);
  afterEach(() => Promise.all(others.map((other) => other.stop())));
  afterAll(async () => {
    for (const each of [...others, original]) await each?.close();
    rmSync(folder, { recursive: true });
  });

  it('has a backup in one file, readable only by its owner and never overwritten', async () => {
    const context = contextOf(original);
    expect(statSync(join(folder, 'backup')).mode & 0o777).toBe(0o600);
    await expect(backUp(context, backedUp, join(folder, 'backup'))).rejects.toThrow('exists already');
    await context.kafka.close();
  });

  it('restores a lost database from the topics and a backup, and the service continues', async () => {
    const empty = await another();
    const recovered = await recover(empty, join(folder, 'backup'));
    expect(recovered).toMatchObject({
      messages: 60,
      unpublished: 0,
      tables: [
        { table: 'authors', rows: 20 },
        { table: 'passwords', rows: 19 },
        { table: 'msg_idempotency', rows: 60 },
      ],
    });
    empty.start(brokers);
    await empty.idle();
    await empty.stop();
    expect([await content(empty), await archive(empty), empty.fatal]).toEqual([
      await content(original),
      await archive(original),
      [],
    ]);
  }, 60_000);

  it('keeps what only a database restored to an earlier time knows', async () => {
    const earlier = await another(original);
    await trade(original, ...names);
    earlier.start(brokers);
    expect(await earlier.offsetMismatch()).toContain(`the database of ${service} is behind Kafka`);
    await earlier.stop();
    await earlier.post('author 0', 'new author');
    const recovered = await recover(earlier);
    expect(recovered).toMatchObject({
      messages: 80,
      unpublished: 2,
      tables: [
        { table: 'authors', rows: 21 },
        { table: 'passwords', rows: 19 },
        { table: 'msg_idempotency', rows: 82 },
      ],
    });
    earlier.start(brokers);
    await earlier.idle();
    await earlier.stop();
    expect(earlier.fatal).toEqual([]);
    expect(
      await earlier.dataSource.query(
        `select author, posts from authors where author in ('author 0', 'new author') order by author`,
      ),
    ).toEqual([
      { author: 'author 0', posts: 5 },
      { author: 'new author', posts: 1 },
    ]);
    expect(
      await earlier.dataSource.query(
        'select max(sequence)::int as last, count(*)::int as of from msg_outbox_archive where key = $1',
        ['author 0'],
      ),
    ).toEqual([{ last: 5, of: 5 }]);
    expect(await earlier.count('received_posts')).toBe(82);
  }, 60_000);

  it('is rejected for a service with sagas whose recovery does not recover them', async () => {
    const context = contextOf(original);
    const saga = { name: 'conversation', subjects: Authors } as unknown as AnySaga;
    const recovering = recoverDatabase(
      { ...context, options: { ...context.options, sagas: [saga] } },
      { recovery, consumers, migrationsTable: 'migrations' },
    );
    await expect(recovering).rejects.toThrow('does not recover its sagas');
    await context.kafka.close();
  });

  it('is rejected with a backup of another service', async () => {
    const other = contextOf(original);
    await backUp({ ...other, options: { ...other.options, service: 'another' } }, [], join(folder, 'other'));
    await other.kafka.close();
    const empty = await another();
    await expect(recover(empty, join(folder, 'other'))).rejects.toThrow(
      `is not a backup of ${service}: it is one of another`,
    );
  });
});
