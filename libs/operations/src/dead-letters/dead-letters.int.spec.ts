import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { OperatedDatabases } from '../databases/operated-databases.fixture.spec.js';
import { DeadLetters } from './dead-letters.js';

jest.setTimeout(30_000);

let databases: OperatedDatabases<'order' | 'cart'>;
let letters: DeadLetters;
const order = randomUUID();
const orderingKey = `stock.events\n${order}`;
let first = '';
let second = '';

beforeAll(async () => {
  databases = await OperatedDatabases.open('cart', 'order');
  letters = new DeadLetters(databases.urls);
}, 120_000);
afterAll(() => databases?.close());
beforeEach(async () => {
  for (const table of ['msg_dead_letters', 'msg_blocked_keys', 'msg_operator_actions', 'msg_inbox'])
    await databases.sql('order', `delete from ${table}`);
  [first, second] = [randomUUID(), randomUUID()];
  await databases.sql(
    'order',
    `insert into msg_blocked_keys (consumer, ordering_key, key, state, cause, detail, attempts) values ('order', $1, $2, 'blocked', 'Poison', 'no JSON', 4)`,
    [orderingKey, order],
  );
  for (const id of [first, second]) {
    await databases.sql(
      'order',
      `insert into msg_dead_letters (consumer, message_id, ordering_key, topic, partition, record_offset, key, value, headers) values ('order', $1, $2, 'stock.events', 1, 7, $3, 'broken', '{"ce_type":"stock.sold"}')`,
      [id, orderingKey, order],
    );
  }
});

const stateOfKey = async (): Promise<unknown> =>
  (await databases.sql('order', 'select state from msg_blocked_keys'))[0]?.['state'];
const actions = (): Promise<object[]> =>
  databases.sql('order', 'select action, subject, reason, detail from msg_operator_actions order by id');

describe('a blocked key with two messages', () => {
  it('is listed with its cause and its first message', async () =>
    expect(await letters.list()).toMatchObject([
      { service: 'order', consumer: 'order', topic: 'stock.events', key: order, cause: 'Poison', messages: 2, first },
    ]));
  it('has each message with its place', async () =>
    expect(await letters.find(second)).toMatchObject([
      { id: second, before: 1, behind: 0, offset: '7', detail: 'no JSON', headers: { ce_type: 'stock.sold' } },
    ]));
  it('is redriven with a reason', async () => {
    for (const key of await letters.select({ messages: [second] })) await letters.redrive(key, 'fixed');
    expect(await stateOfKey()).toBe('redriving');
    expect(await actions()).toMatchObject([
      { action: 'redrive', subject: `order stock.events ${order}`, reason: 'fixed', detail: { first } },
    ]);
  });
  it('is selected by its cause, its consumer and its key', async () => {
    expect(await letters.select({ messages: [], cause: 'Poison', consumer: 'order', key: order })).toHaveLength(1);
    expect(await letters.select({ messages: [], cause: 'TypeError' })).toEqual([]);
  });
  it('is not selected without a criterion', async () =>
    expect(letters.select({ messages: [] })).rejects.toThrow('select keys by'));

  it('is still blocked after its first message is discarded', async () => {
    const letter = await letters.get(first);
    expect(await letters.discard(letter, { reason: 'forged', thenRedrive: false })).toEqual({
      left: 1,
      redriven: false,
    });
    expect(await letters.list()).toMatchObject([{ first: second, state: 'blocked' }]);
    expect(await databases.sql('order', 'select message_id::text as id from msg_inbox')).toEqual([{ id: first }]);
    expect(await actions()).toMatchObject([
      { action: 'discard', reason: 'forged', detail: { message: first, value: 'broken', encoding: 'utf8' } },
    ]);
  });
  it('does not lose the second message before the first', async () => {
    const letter = await letters.get(second);
    await expect(letters.discard(letter, { reason: 'forged', thenRedrive: false })).rejects.toThrow(
      'is not the first message of its key',
    );
    expect(await actions()).toEqual([]);
  });
  it('is redriven after its last message is discarded', async () => {
    for (const id of [first, second])
      await letters.discard(await letters.get(id, 'order'), { reason: 'forged', thenRedrive: false });
    expect(await stateOfKey()).toBe('redriving');
  });
  it('gets another value, and the old one is kept', async () => {
    await letters.edit(await letters.get(first), '{"orderId":"é"}', { reason: 'fixed', thenRedrive: true });
    expect((await letters.find(first))[0]!.value!.toString()).toBe('{"orderId":"é"}');
    expect(await stateOfKey()).toBe('redriving');
    expect(await actions()).toMatchObject([{ action: 'edit', detail: { message: first, value: 'broken' } }]);
  });
});
