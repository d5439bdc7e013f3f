import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PlantedShop } from '../testing/planted-shop.js';
import { discardParked, editParked, listParked, releaseLanes, selectLanes, showParked, theMessage } from './parked.js';
import { instruct, openSaga, openSagas, prospect } from './sagas.js';
import { storyOf } from './story.js';

jest.setTimeout(30_000);

let shop: PlantedShop;
const order = randomUUID();
const lane = `stock.events\n${order}`;
let first = '';
let second = '';

beforeAll(async () => {
  shop = await PlantedShop.open({ user: [], product: [], cart: [], order: [], payment: [] });
}, 120_000);
afterAll(() => shop?.close());
beforeEach(async () => {
  for (const table of [
    'msg_parked',
    'msg_parked_lanes',
    'msg_operator_actions',
    'msg_inbox',
    'msg_sagas',
    'msg_saga_journal',
    'msg_timers',
  ])
    await shop.sql('order', `delete from ${table}`);
});

async function aParkedKey(): Promise<void> {
  [first, second] = [randomUUID(), randomUUID()];
  await shop.sql(
    'order',
    `insert into msg_parked_lanes (consumer, lane, key, state, cause, detail, tries) values ('order', $1, $2, 'parked', 'Poison', 'no JSON', 4)`,
    [lane, order],
  );
  for (const id of [first, second]) {
    await shop.sql(
      'order',
      `insert into msg_parked (consumer, message_id, lane, topic, partition, record_offset, key, value, headers) values ('order', $1, $2, 'stock.events', 1, 7, $3, 'broken', '{"ce_type":"stock.sold"}')`,
      [id, lane, order],
    );
  }
}

const stateOf = async (): Promise<unknown> =>
  (await shop.sql('order', 'select state from msg_parked_lanes'))[0]?.['state'];
const deeds = (): Promise<object[]> =>
  shop.sql('order', 'select action, subject, reason, detail from msg_operator_actions order by id');

describe('a key with two parked messages', () => {
  beforeEach(aParkedKey);

  it('is listed with the cause, and the first message', async () =>
    expect(await listParked(shop.databases)).toMatchObject([
      { service: 'order', consumer: 'order', topic: 'stock.events', key: order, cause: 'Poison', messages: 2, first },
    ]));
  it('shows each message with its place', async () =>
    expect(await showParked(shop.databases, second)).toMatchObject([
      { id: second, before: 1, behind: 0, offset: '7', detail: 'no JSON', headers: { ce_type: 'stock.sold' } },
    ]));
  it('is released with a reason', async () => {
    await releaseLanes(shop.databases, await selectLanes(shop.databases, { messages: [second] }), 'repaired');
    expect(await stateOf()).toBe('releasing');
    expect(await deeds()).toMatchObject([
      { action: 'release', subject: `order stock.events ${order}`, reason: 'repaired', detail: { first } },
    ]);
  });
  it('is found by its cause, its consumer and its key', async () => {
    expect(
      await selectLanes(shop.databases, { messages: [], cause: 'Poison', consumer: 'order', key: order }),
    ).toHaveLength(1);
    expect(await selectLanes(shop.databases, { messages: [], cause: 'TypeError' })).toEqual([]);
  });
  it('is never meant by saying nothing', async () =>
    expect(selectLanes(shop.databases, { messages: [] })).rejects.toThrow('say which'));

  it('loses its first message for good, and waits on', async () => {
    expect(
      await discardParked(shop.databases, await theMessage(shop.databases, first, undefined), 'forged', false),
    ).toEqual({ left: 1, released: false });
    expect(await listParked(shop.databases)).toMatchObject([{ first: second, state: 'parked' }]);
    expect(await shop.sql('order', 'select message_id::text as id from msg_inbox')).toEqual([{ id: first }]);
    expect(await deeds()).toMatchObject([
      { action: 'discard', reason: 'forged', detail: { message: first, value: 'broken', encoding: 'utf8' } },
    ]);
  });
  it('does not lose the second before the first', async () => {
    const message = await theMessage(shop.databases, second, undefined);
    await expect(discardParked(shop.databases, message, 'forged', false)).rejects.toThrow(
      'is not the first of its key',
    );
    expect(await deeds()).toEqual([]);
  });
  it('goes to its consumer when nothing is left', async () => {
    for (const id of [first, second])
      await discardParked(shop.databases, await theMessage(shop.databases, id, 'order'), 'forged', false);
    expect(await stateOf()).toBe('releasing');
  });
  it('gets another value, and the former is kept', async () => {
    await editParked(
      shop.databases,
      await theMessage(shop.databases, first, undefined),
      '{"orderId":"é"}',
      'repaired',
      true,
    );
    expect((await showParked(shop.databases, first))[0]!.value!.toString()).toBe('{"orderId":"é"}');
    expect(await stateOf()).toBe('releasing');
    expect(await deeds()).toMatchObject([{ action: 'edit', detail: { message: first, value: 'broken' } }]);
  });
});

const aSaga = async (status: string, passed: boolean): Promise<void> => {
  const state = {
    step: 'take payment',
    attempt: 2,
    done: ['reserve stock'],
    toUndo: status === 'undoing' ? ['take payment', 'reserve stock'] : [],
  };
  const id = `place-order:${order}`;
  await shop.sql(
    'order',
    `insert into msg_sagas (id, saga, version, subject, status, state, started_at, updated_at) values ($1, 'place-order', 1, $2, $3, $4, now(), now())`,
    [id, order, status, JSON.stringify(state)],
  );
  await shop.sql(
    'order',
    `insert into msg_saga_journal (id, saga_id, at, cause, transition) values ($1, $2, now(), $1, $3)`,
    [
      randomUUID(),
      id,
      JSON.stringify({
        from: 'not started',
        to: passed ? 'passed confirm' : 'asking take payment',
        cause: 'start',
        detail: 'version 1',
      }),
    ],
  );
  await shop.sql(
    'order',
    `insert into msg_timers (id, saga_id, name, milliseconds, due_at) values ($1, $2, $3, 1000, '2040-01-01T00:00:00Z')`,
    [
      `${id} ${status === 'undoing' ? 'undoing' : 'asking'} take payment, attempt 2`,
      id,
      `${status === 'undoing' ? 'undoing' : 'asking'} take payment, attempt 2`,
    ],
  );
};

describe('a running saga', () => {
  beforeEach(() => aSaga('running', false));

  it('is listed with its step and its deadline', async () =>
    expect(await openSagas(shop.databases)).toMatchObject([
      {
        id: `place-order:${order}`,
        step: 'take payment',
        attempt: 2,
        dueAt: new Date('2040-01-01T00:00:00Z'),
        committed: false,
      },
    ]));
  it('hears an operator by a timer that is due', async () => {
    await instruct(shop.databases, await openSaga(shop.databases, order), 'retry', 'ask "again"');
    const [timer] = await shop.sql<{ id: string; name: string; due: boolean }>(
      'order',
      `select id, name, due_at <= now() as due from msg_timers where name like 'operator %'`,
    );
    expect(timer).toMatchObject({ due: true, name: 'operator {"action":"retry","reason":"ask \\"again\\""}' });
    expect(await deeds()).toMatchObject([
      { action: 'saga retry', subject: `place-order:${order}`, reason: 'ask "again"' },
    ]);
  });
  it('is undone when it is pushed', async () =>
    expect(prospect(await openSaga(shop.databases, order), 'push')).toContain(
      'everything is undone: take payment, reserve stock',
    ));
  it('is not skipped', async () => {
    const saga = await openSaga(shop.databases, order);
    expect(() => prospect(saga, 'skip')).toThrow("can't be skipped");
  });
  it('tells its story, and what can still happen', async () => {
    await shop.say('order', 'order.events', 'order.placed', order, {});
    const { entries, next } = await storyOf(shop.databases, order);
    expect(entries.map(({ what }) => what)).toEqual([
      `saga place-order:${order}: not started → asking take payment (start: version 1)`,
      expect.stringContaining('said order.placed on order.events'),
    ]);
    expect(next).toEqual([
      `place-order:${order} waits for the answer to "take payment" (attempt 2: 1 went unanswered), until 2040-01-01T00:00:00.000Z; then it is asked again or everything is undone`,
    ]);
  });
});

describe('a saga that can only go on', () => {
  it('says which undo fails, how often it did, and when it is said again', async () => {
    await aSaga('undoing', false);
    await shop.sql('order', `update msg_sagas set alarmed = true, state = state || '{"attempt":6}'`);
    await shop.sql(
      'order',
      `update msg_timers set id = replace(id, 'attempt 2', 'attempt 6'), name = replace(name, 'attempt 2', 'attempt 6')`,
    );
    expect((await storyOf(shop.databases, order)).next).toEqual([
      `place-order:${order} waits for the answer to the undo of "take payment" (attempt 6: 5 went unanswered, ALARMED), until 2040-01-01T00:00:00.000Z; then it is said again, for as long as it takes; after it: undo reserve stock`,
    ]);
  });
  it('is skipped while it is undone', async () => {
    await aSaga('undoing', false);
    expect(prospect(await openSaga(shop.databases, order), 'skip')).toBe(
      'the undo of "take payment" counts as answered, and the saga goes on',
    );
  });
  it('is skipped after its point of no return', async () => {
    await aSaga('running', true);
    expect(prospect(await openSaga(shop.databases, order), 'skip')).toBe(
      '"take payment" counts as answered, and the saga goes on',
    );
  });
  it('is left alone when it is over', async () => {
    await aSaga('completed', true);
    await expect(openSaga(shop.databases, order)).rejects.toThrow('nothing can be done about a saga that is over');
  });
});
