import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Agreement, Catalogue, PostgresStore, Relay, systemWorld } from '@tradewind/messaging';
import { eventually } from '@tradewind/testing';
import { DataSource } from 'typeorm';
import { PlantedShop } from '../testing/planted-shop.js';
import { discardParked, editParked, listParked, releaseLanes, selectLanes, showParked, theMessage } from './parked.js';

jest.setTimeout(30_000);

let shop: PlantedShop;
const order = randomUUID();
const [first, second] = [randomUUID(), randomUUID()];

beforeAll(async () => {
  shop = await PlantedShop.open({ user: [], product: [], cart: [], order: [], payment: [] });
}, 120_000);
afterAll(() => shop?.close());
beforeEach(async () => {
  for (const table of ['msg_outbox', 'msg_outbox_held', 'msg_sequences', 'msg_operator_actions', 'msg_timers'])
    await shop.sql('order', `delete from ${table}`);
  const say = (id: string, sequence: number) =>
    shop.sql(
      'order',
      `insert into msg_outbox (id, topic, key, type, version, sequence, payload, causation, correlation, occurred_at, archived)
       values ($1, 'stock.commands', $2, 'stock.reserve', 1, $3, '{"lines":[]}', $1, $2, now(), true) returning position`,
      [id, order, sequence],
    );
  const [{ position } = {}] = await say(first, 4);
  await say(second, 5);
  await shop.sql('order', `insert into msg_sequences values ('stock.commands', $1, 5)`, [order]);
  await shop.sql(
    'order',
    `insert into msg_outbox_held (topic, key, position, reason) values ('stock.commands', $1, $2, 'MESSAGE_TOO_LARGE')`,
    [order, position],
  );
  await shop.sql(
    'order',
    `insert into msg_timers (id, saga_id, name, milliseconds, started_by) values ('t', 's', 'n', 30000, $1)`,
    [first],
  );
});

const rows = () =>
  shop.sql('order', 'select id::text as id, sequence::int as sequence, payload from msg_outbox order by position');
const held = () =>
  shop.sql(
    'order',
    `select (select id::text from msg_outbox o where o.position = h.position) as id from msg_outbox_held h`,
  );
const deeds = () => shop.sql('order', 'select action, subject, reason, detail from msg_operator_actions order by id');
const message = (id: string) => theMessage(shop.databases, id, undefined);

describe('a key that the broker refuses', () => {
  it('is listed with the parked ones', async () =>
    expect(await listParked(shop.databases)).toMatchObject([
      {
        service: 'order',
        consumer: 'outbox',
        topic: 'stock.commands',
        key: order,
        cause: 'MESSAGE_TOO_LARGE',
        messages: 2,
        first,
      },
    ]));
  it('shows each of its messages', async () =>
    expect(await showParked(shop.databases, second)).toMatchObject([
      {
        id: second,
        partition: null,
        before: 1,
        behind: 0,
        headers: { ce_type: 'stock.reserve', ce_sequence: '5' },
        value: Buffer.from('{"lines":[]}'),
      },
    ]));
  it('is found as what it is', async () => {
    expect(await selectLanes(shop.databases, { messages: [], consumer: 'outbox' })).toHaveLength(1);
    expect(await selectLanes(shop.databases, { messages: [second], cause: 'Poison' })).toEqual([]);
  });

  it('is released as it stands, with a reason', async () => {
    await releaseLanes(
      shop.databases,
      await selectLanes(shop.databases, { messages: [first] }),
      'the limit was raised',
    );
    expect(await held()).toEqual([]);
    expect((await rows()).map(({ id }) => id)).toEqual([first, second]);
    expect(await deeds()).toMatchObject([
      {
        action: 'release',
        subject: `outbox stock.commands ${order}`,
        reason: 'the limit was raised',
        detail: { first, cause: 'MESSAGE_TOO_LARGE' },
      },
    ]);
  });

  it('loses its first message, and its numbers close up', async () => {
    expect(await discardParked(shop.databases, await message(first), 'nobody needs it', false)).toEqual({
      left: 1,
      released: false,
    });
    expect(await rows()).toMatchObject([{ id: second, sequence: 4 }]);
    expect(await shop.sql('order', 'select last::int as last from msg_sequences')).toEqual([{ last: 4 }]);
    expect(await held()).toEqual([{ id: second }]);
    expect(await deeds()).toMatchObject([
      {
        action: 'discard',
        detail: { message: first, key: order, type: 'stock.reserve', sequence: '4', value: '{"lines":[]}' },
      },
    ]);
  });
  it('lets the deadline of what was discarded run', async () => {
    await discardParked(shop.databases, await message(first), 'nobody needs it', false);
    expect(await shop.sql('order', 'select due_at > now() as running from msg_timers')).toEqual([{ running: true }]);
  });
  it('is let go with its last message', async () => {
    await discardParked(shop.databases, await message(first), 'x', false);
    expect(await discardParked(shop.databases, await message(second), 'x', false)).toEqual({ left: 0, released: true });
    expect(await held()).toEqual([]);
  });
  it('does not lose the second before the first', async () => {
    const behind = await message(second);
    await expect(discardParked(shop.databases, behind, 'x', false)).rejects.toThrow('is not the first of its key');
    expect(await deeds()).toEqual([]);
  });

  it('gets another value, and the former is kept', async () => {
    await editParked(shop.databases, await message(first), '{"lines":[1]}', 'shorter', true);
    expect(await rows()).toMatchObject([{ id: first, sequence: 4, payload: '{"lines":[1]}' }, { id: second }]);
    expect(await held()).toEqual([]);
    expect(await deeds()).toMatchObject([
      { action: 'edit', reason: 'shorter', detail: { message: first, value: '{"lines":[]}' } },
    ]);
  });
  it('is not touched once it is let go', async () => {
    const late = await message(first);
    await shop.sql('order', 'delete from msg_outbox_held');
    await expect(discardParked(shop.databases, late, 'x', false)).rejects.toThrow('is not held any more');
  });
});

describe('a record that a real broker refuses', () => {
  it('is held by the relay, and goes out in order once it is edited and released', async () => {
    await shop.sql('order', 'delete from msg_outbox_held');
    await shop.sql('order', 'update msg_outbox set payload = $2 where id = $1', [
      first,
      JSON.stringify({ lines: 'x'.repeat(2_000_000) }),
    ]);
    const source = await new DataSource({ type: 'postgres', url: shop.databases.order }).initialize();
    const store = new PostgresStore(source);
    const agreement = new Agreement(store, shop.kafka, systemWorld, {
      service: 'order',
      contracts: new Catalogue([]),
      own: [],
    });
    const relay = new Relay(
      store,
      shop.kafka,
      { own: [], partitionsOf: () => 6 },
      'order',
      systemWorld,
      () => undefined,
      agreement,
      () => undefined,
    );
    relay.start();
    try {
      const [lane] = await eventually(async () => {
        const lanes = await listParked(shop.databases);
        return lanes.length > 0 && lanes;
      });
      expect(lane).toMatchObject({ consumer: 'outbox', first, messages: 2 });
      await editParked(shop.databases, await message(first), '{"lines":[]}', 'shorter', true);
      await eventually(async () => (await rows()).length === 0);
    } finally {
      await relay.stop();
      await source.destroy();
    }
    expect(
      await shop.sql(
        'order',
        'select id::text as id, sequence::int as sequence from msg_outbox_archive order by record_offset',
      ),
    ).toEqual([
      { id: first, sequence: 4 },
      { id: second, sequence: 5 },
    ]);
  });
});
