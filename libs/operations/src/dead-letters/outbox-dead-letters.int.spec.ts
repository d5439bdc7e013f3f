import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { kafkaClient, topic } from '@tradewind/messaging';
import { PostgresStore, Relay, systemPorts } from '@tradewind/messaging/internals';
import { eventually } from '@tradewind/testing';
import { DataSource } from 'typeorm';
import { OperatedDatabases } from '../databases/operated-databases.fixture.spec.js';
import { DeadLetters } from './dead-letters.js';

jest.setTimeout(30_000);

let databases: OperatedDatabases<'order' | 'cart'>;
let letters: DeadLetters;
const commands = topic(`${randomUUID().slice(0, 8)}.stock.commands`, { owner: 'order' });
const order = randomUUID();
const [first, second] = [randomUUID(), randomUUID()];

beforeAll(async () => {
  databases = await OperatedDatabases.open('cart', 'order');
  letters = new DeadLetters(databases.urls);
}, 120_000);
afterAll(() => databases?.close());
beforeEach(async () => {
  for (const table of [
    'msg_outbox',
    'msg_outbox_blocked_keys',
    'msg_sequences',
    'msg_operator_actions',
    'msg_timeouts',
  ])
    await databases.sql('order', `delete from ${table}`);
  const addToOutbox = (id: string, sequence: number) =>
    databases.sql(
      'order',
      `insert into msg_outbox (id, topic, key, type, version, sequence, payload, causation, correlation, occurred_at, archived)
       values ($1, $4, $2, 'stock.reserve', 1, $3, '{"lines":[]}', $1, $2, now(), true) returning position`,
      [id, order, sequence, commands.name],
    );
  const [row] = await addToOutbox(first, 4);
  await addToOutbox(second, 5);
  await databases.sql('order', `insert into msg_sequences values ($2, $1, 5)`, [order, commands.name]);
  await databases.sql(
    'order',
    `insert into msg_outbox_blocked_keys (topic, key, position, reason) values ($3, $1, $2, 'MESSAGE_TOO_LARGE')`,
    [order, row?.['position'], commands.name],
  );
  await databases.sql(
    'order',
    `insert into msg_timeouts (id, saga_id, name, timeout_ms, started_by) values ('t', 's', 'n', 30000, $1)`,
    [first],
  );
});

const rows = () =>
  databases.sql('order', 'select id::text as id, sequence::int as sequence, payload from msg_outbox order by position');
const blocked = () =>
  databases.sql(
    'order',
    `select (select id::text from msg_outbox o where o.position = k.position) as id from msg_outbox_blocked_keys k`,
  );
const actions = () =>
  databases.sql('order', 'select action, subject, reason, detail from msg_operator_actions order by id');
const discard = async (id: string) =>
  letters.discard(await letters.get(id), { reason: 'not needed', thenRedrive: false });

describe('a key that the broker rejects', () => {
  it('is listed with the blocked keys of consumers', async () =>
    expect(await letters.list()).toMatchObject([
      {
        service: 'order',
        consumer: 'outbox',
        topic: commands.name,
        key: order,
        state: 'blocked',
        cause: 'MESSAGE_TOO_LARGE',
        messages: 2,
        first,
      },
    ]));
  it('has each of its messages', async () =>
    expect(await letters.find(second)).toMatchObject([
      {
        id: second,
        partition: null,
        before: 1,
        behind: 0,
        headers: { ce_type: 'stock.reserve', ce_sequence: '000000000000000005' },
        value: Buffer.from('{"lines":[]}'),
      },
    ]));
  it('is selected by the consumer "outbox"', async () => {
    expect(await letters.select({ messages: [], consumer: 'outbox' })).toHaveLength(1);
    expect(await letters.select({ messages: [second], cause: 'Poison' })).toEqual([]);
  });

  it('is redriven with a reason', async () => {
    for (const key of await letters.select({ messages: [first] })) await letters.redrive(key, 'the limit was raised');
    expect(await blocked()).toEqual([]);
    expect((await rows()).map(({ id }) => id)).toEqual([first, second]);
    expect(await actions()).toMatchObject([
      {
        action: 'redrive',
        subject: `outbox ${commands.name} ${order}`,
        reason: 'the limit was raised',
        detail: { first, cause: 'MESSAGE_TOO_LARGE' },
      },
    ]);
  });

  it('has no gap in its sequences after its first message is discarded', async () => {
    expect(await discard(first)).toEqual({ left: 1, redriven: false });
    expect(await rows()).toMatchObject([{ id: second, sequence: 4 }]);
    expect(await databases.sql('order', 'select last::int as last from msg_sequences')).toEqual([{ last: 4 }]);
    expect(await blocked()).toEqual([{ id: second }]);
    expect(await actions()).toMatchObject([
      {
        action: 'discard',
        detail: { message: first, key: order, type: 'stock.reserve', sequence: '4', value: '{"lines":[]}' },
      },
    ]);
  });
  it('starts the timeout of a discarded message', async () => {
    await discard(first);
    expect(await databases.sql('order', 'select due_at > now() as running from msg_timeouts')).toEqual([
      { running: true },
    ]);
  });
  it('is unblocked after its last message is discarded', async () => {
    await discard(first);
    expect(await discard(second)).toEqual({ left: 0, redriven: true });
    expect(await blocked()).toEqual([]);
  });
  it('does not lose the second message before the first', async () => {
    await expect(discard(second)).rejects.toThrow('is not the first message of its key');
    expect(await actions()).toEqual([]);
  });

  it('gets another value, and the old one is kept', async () => {
    await letters.edit(await letters.get(first), '{"lines":[1]}', { reason: 'shorter', thenRedrive: true });
    expect(await rows()).toMatchObject([{ id: first, sequence: 4, payload: '{"lines":[1]}' }, { id: second }]);
    expect(await blocked()).toEqual([]);
    expect(await actions()).toMatchObject([
      { action: 'edit', reason: 'shorter', detail: { message: first, value: '{"lines":[]}' } },
    ]);
  });
  it('does not change once it is unblocked', async () => {
    const letter = await letters.get(first);
    await databases.sql('order', 'delete from msg_outbox_blocked_keys');
    await expect(letters.discard(letter, { reason: 'not needed', thenRedrive: false })).rejects.toThrow(
      'is not blocked any more',
    );
  });
});

describe('a record that a real broker rejects', () => {
  it('blocks its key, which is published in order once the record is edited', async () => {
    const kafka = kafkaClient({ brokers: process.env['TEST_KAFKA_BROKERS']!.split(','), clientId: 'operations-test' });
    await kafka.provision([commands]);
    await databases.sql('order', 'delete from msg_outbox_blocked_keys');
    await databases.sql('order', 'update msg_outbox set payload = $2 where id = $1', [
      first,
      JSON.stringify({ lines: 'x'.repeat(2_000_000) }),
    ]);
    const source = await new DataSource({ type: 'postgres', url: databases.urls.order }).initialize();
    const relay = new Relay(new PostgresStore(source), kafka, systemPorts, {
      topics: { own: [], partitionCountOf: () => commands.partitions },
      source: 'order',
      log: () => undefined,
      checkPublished: () => Promise.resolve(),
      onFatal: () => undefined,
    });
    relay.start();
    try {
      const [key] = await eventually(async () => {
        const keys = await letters.list();
        return keys.length > 0 && keys;
      });
      expect(key).toMatchObject({ consumer: 'outbox', first, messages: 2 });
      await letters.edit(await letters.get(first), '{"lines":[]}', { reason: 'shorter', thenRedrive: true });
      await eventually(async () => (await rows()).length === 0);
    } finally {
      await relay.stop();
      await source.destroy();
      await kafka.close();
    }
    expect(
      await databases.sql(
        'order',
        'select id::text as id, sequence::int as sequence from msg_outbox_archive order by record_offset',
      ),
    ).toEqual([
      { id: first, sequence: 4 },
      { id: second, sequence: 5 },
    ]);
  });
});
