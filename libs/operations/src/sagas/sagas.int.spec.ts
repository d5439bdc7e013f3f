import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { OperatedDatabases } from '../databases/operated-databases.fixture.spec.js';
import { historyOf } from './history.js';
import { expectedResult, instruct, openSaga, openSagas } from './sagas.js';

jest.setTimeout(30_000);

let databases: OperatedDatabases<'order' | 'cart'>;
const order = randomUUID();
const id = `place-order:${order}`;

beforeAll(async () => {
  databases = await OperatedDatabases.open('cart', 'order');
}, 120_000);
afterAll(() => databases?.close());
beforeEach(async () => {
  for (const table of ['msg_operator_actions', 'msg_sagas', 'msg_saga_history', 'msg_timeouts', 'msg_outbox'])
    await databases.sql('order', `delete from ${table}`);
});

async function aSaga(status: string, committed: boolean): Promise<void> {
  const compensating = status === 'compensating';
  const state = {
    step: 'take payment',
    attempt: 2,
    done: ['reserve stock'],
    toCompensate: compensating ? ['take payment', 'reserve stock'] : [],
  };
  await databases.sql(
    'order',
    `insert into msg_sagas (id, saga, version, subject, status, state, started_at, updated_at) values ($1, 'place-order', 1, $2, $3, $4, now(), now())`,
    [id, order, status, JSON.stringify(state)],
  );
  const transition = {
    from: 'not started',
    to: committed ? 'passed confirm' : 'executing take payment',
    cause: 'start',
    detail: 'version 1',
  };
  await databases.sql(
    'order',
    `insert into msg_saga_history (id, saga_id, at, cause, transition) values ($1, $2, now(), $1, $3)`,
    [randomUUID(), id, JSON.stringify(transition)],
  );
  const timeout = `${compensating ? 'compensating' : 'executing'} take payment, attempt 2`;
  await databases.sql(
    'order',
    `insert into msg_timeouts (id, saga_id, name, timeout_ms, due_at) values ($1, $2, $3, 1000, '2040-01-01T00:00:00Z')`,
    [`${id} ${timeout}`, id, timeout],
  );
}

describe('a running saga', () => {
  beforeEach(() => aSaga('running', false));

  it('is listed with its step and its timeout', async () =>
    expect(await openSagas(databases.urls)).toMatchObject([
      {
        id,
        step: 'take payment',
        attempt: 2,
        completedSteps: ['reserve stock'],
        dueAt: new Date('2040-01-01T00:00:00Z'),
        committed: false,
      },
    ]));
  it('is instructed by a timeout that is due', async () => {
    await instruct(databases.urls, await openSaga(databases.urls, order), 'retry', 'ask "again"');
    const [timeout] = await databases.sql(
      'order',
      `select id, name, due_at <= now() as due from msg_timeouts where name like 'operator %'`,
    );
    expect(timeout).toMatchObject({ due: true, name: 'operator {"action":"retry","reason":"ask \\"again\\""}' });
    expect(await databases.sql('order', 'select action, subject, reason from msg_operator_actions')).toEqual([
      { action: 'saga retry', subject: id, reason: 'ask "again"' },
    ]);
  });
  it('is compensated when its step expires', async () =>
    expect(expectedResult(await openSaga(databases.urls, order), 'expire')).toContain(
      'the saga compensates take payment, reserve stock',
    ));
  it('is not skipped', async () => {
    const saga = await openSaga(databases.urls, order);
    expect(() => expectedResult(saga, 'skip')).toThrow("can't be skipped");
  });
  it('has a history, and what can still happen', async () => {
    await databases.sql(
      'order',
      `insert into msg_outbox (id, topic, key, type, version, sequence, payload, causation, correlation, occurred_at, archived)
       values ($1, 'order.events', $2, 'order.placed', 1, 1, '{}', $1, $2, now(), true)`,
      [randomUUID(), order],
    );
    const { entries, next } = await historyOf(databases.urls, order);
    expect(entries.map(({ what }) => what)).toEqual([
      `saga ${id}: not started → executing take payment (start: version 1)`,
      'published order.placed on order.events, STILL IN THE OUTBOX',
    ]);
    expect(next).toEqual([
      `${id} waits for the reply to "take payment" (attempt 2: 1 without a reply), until 2040-01-01T00:00:00.000Z; then the command is published again, or the saga compensates`,
    ]);
  });
});

describe('a saga that has ended', () => {
  beforeEach(() => aSaga('completed', true));

  it('has its whole history', async () => expect((await historyOf(databases.urls, order)).pruned).toEqual([]));
  it('is named where its history was pruned', async () => {
    await databases.sql('order', 'delete from msg_saga_history');
    expect(await historyOf(databases.urls, order)).toMatchObject({ entries: [], pruned: [id], sagas: [{ id }] });
  });
});

describe('a saga that must succeed', () => {
  it('has the compensation that fails, its attempts, and its next attempt', async () => {
    await aSaga('compensating', false);
    await databases.sql('order', `update msg_sagas set stuck = true, state = state || '{"attempt":6}'`);
    await databases.sql(
      'order',
      `update msg_timeouts set id = replace(id, 'attempt 2', 'attempt 6'), name = replace(name, 'attempt 2', 'attempt 6')`,
    );
    expect((await historyOf(databases.urls, order)).next).toEqual([
      `${id} waits for the reply to the compensation of "take payment" (attempt 6: 5 without a reply, STUCK), until 2040-01-01T00:00:00.000Z; then the command is published again, until it succeeds; after it: the compensation of "reserve stock"`,
    ]);
  });
  it('is skipped while it compensates', async () => {
    await aSaga('compensating', false);
    expect(expectedResult(await openSaga(databases.urls, order), 'skip')).toBe(
      'the compensation of "take payment" counts as successful, and the saga continues',
    );
  });
  it('is skipped after its point of no return', async () => {
    await aSaga('running', true);
    expect(expectedResult(await openSaga(databases.urls, order), 'skip')).toBe(
      '"take payment" counts as successful, and the saga continues',
    );
  });
  it('is not changed once it has ended', async () => {
    await aSaga('completed', true);
    await expect(openSaga(databases.urls, order)).rejects.toThrow("a saga that has ended can't be changed");
  });
});
