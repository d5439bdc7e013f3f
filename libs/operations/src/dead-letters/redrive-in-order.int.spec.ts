import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { systemTimers as timers } from '@tradewind/messaging/internals';
import { eventually } from '@tradewind/testing';
import { OperatedDatabases } from '../databases/operated-databases.fixture.spec.js';
import { actingAs, type Databases } from '../databases/databases.js';
import { DeadLetters } from './dead-letters.js';
import { outcomeText, recordRedrive, redriveInOrder, redriveOutcomes } from './redrive-in-order.js';

jest.setTimeout(30_000);

let databases: OperatedDatabases<'order'>;
let byAnn: Databases;
beforeAll(async () => {
  databases = await OperatedDatabases.open('order');
  byAnn = actingAs('ann@example.com', databases.urls);
}, 120_000);
afterAll(() => databases?.close());

const sql = (text: string, values: unknown[] = []) => databases.sql('order', text, values);

/** What the consumer of the service does with the key that is redriven: it handles the messages, or blocks the key again. */
async function consumerThat(handles: boolean): Promise<void> {
  const of = handles ? `delete from msg_blocked_keys` : `update msg_blocked_keys set state = 'blocked'`;
  await eventually(async () => (await sql(`${of} where state = 'redriving' returning 1`)).length === 1);
}

describe('four blocked keys that are redriven in order', () => {
  beforeEach(async () => {
    for (const table of ['msg_blocked_keys', 'msg_operator_actions']) await sql(`delete from ${table}`);
    for (let age = 4; age > 0; age--)
      await sql(
        `insert into msg_blocked_keys (consumer, ordering_key, key, state, cause, detail, attempts, blocked_at)
         values ('order', $1, $2, 'blocked', 'Poison', 'no JSON', 1, now() - $3 * interval '1 minute')`,
        [`stock.events\n${age}`, String(age), age],
      );
  });

  it('stop at the first that fails again; the outcome is read from the rows, with the person who did it', async () => {
    const keys = (await new DeadLetters(byAnn).list()).slice(0, 3);
    expect(keys.map(({ key }) => key)).toEqual(['4', '3', '2']);
    await recordRedrive(byAnn, { keys, reason: 'mended' });
    const redriving = redriveInOrder(byAnn, { keys, reason: 'mended', timers });
    await consumerThat(true);
    await consumerThat(false);
    expect(await redriving).toEqual({ succeeded: 1, failed: expect.objectContaining({ key: '3' }) });
    const [outcome] = await redriveOutcomes(databases.urls, 1);
    expect(outcome).toMatchObject({ actor: 'ann@example.com', reason: 'mended', keys: 3 });
    expect(outcomeText(outcome!)).toBe('handled: 1 · failed again: 1 · not tried: 1');
    expect(await sql(`select distinct actor from msg_operator_actions`)).toEqual([{ actor: 'ann@example.com' }]);
  });

  it('of which the program is stopped say how many were not tried', async () => {
    const keys = (await new DeadLetters(byAnn).list()).slice(0, 3);
    await recordRedrive(byAnn, { keys, reason: 'mended' });
    const stop = new AbortController();
    const redriving = redriveInOrder(byAnn, { keys, reason: 'mended', timers, signal: stop.signal });
    await eventually(async () => (await sql(`select 1 from msg_blocked_keys where state = 'redriving'`)).length === 1);
    stop.abort();
    await redriving;
    const text = async (): Promise<string> => outcomeText((await redriveOutcomes(databases.urls, 1))[0]!);
    expect(await text()).toBe('under way: 1 · not tried: 2');
    await consumerThat(true);
    expect(await text()).toBe('handled: 1 · not tried: 2');
  });
});

it('an action without a person is recorded with the role of its connection', async () => {
  await sql(`insert into msg_blocked_keys values ('order', $1, null, 'blocked', 'Poison', 'x', 1)`, [
    `t\n${randomUUID()}`,
  ]);
  const [key] = await new DeadLetters(databases.urls).list();
  await new DeadLetters(databases.urls).redrive(key!, 'mended');
  const role = decodeURIComponent(new URL(databases.urls.order).username);
  expect(await sql('select actor from msg_operator_actions order by id desc limit 1')).toEqual([{ actor: role }]);
});
