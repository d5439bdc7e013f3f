import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { OperatedDatabases } from '../databases/operated-databases.fixture.spec.js';
import { changeIn } from '../databases/databases.js';
import { recordAction } from '../operator-actions.js';
import { exportLine, readExportLine, type ExportedAction } from './action-chain.js';
import { loggedActions, verifyActions, type ActionPeriod } from './action-log.js';

jest.setTimeout(30_000);

/** Everything that a text of JSON escapes in one way or another. */
const awkward = 'tab\t "quoted" \\ line\nend \u0001 \u007f \u2028 é 😀';

let databases: OperatedDatabases<'order'>;
beforeAll(async () => void (databases = await OperatedDatabases.open('order')), 120_000);
afterAll(() => databases?.close());
beforeEach(() => databases.sql('order', 'truncate msg_operator_actions'));

const record = (reason: string): Promise<void> =>
  changeIn(databases.urls, 'order', (connection) =>
    recordAction(connection, {
      action: 'edit',
      subject: 's',
      reason,
      detail: { value: awkward, size: 1.5, none: null },
    }),
  );
const exported = async (period?: ActionPeriod): Promise<ExportedAction[]> => {
  const lines: string[] = [];
  for await (const action of loggedActions(databases.urls, 'order', period))
    lines.push(exportLine({ service: 'order', ...action }));
  return lines.map((line) => readExportLine(line)!);
};
const verified = (earlier?: readonly ExportedAction[]) => verifyActions(databases.urls, 'order', earlier);
/** As an administrator of the database, whose changes the chain must show. */
const tamper = (sql: string) => databases.sql('order', sql);

describe('the log of actions', () => {
  it('numbers and chains them, also those that are recorded at the same time', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, nr) => record(`reason ${nr}`)));
    expect(await verified()).toEqual({ service: 'order', actions: 20, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect((await exported()).map(({ content }) => (JSON.parse(content) as { id: number }).id)).toEqual(
      Array.from({ length: 20 }, (_, nr) => nr + 1),
    );
  });
  it('has no gap where a transaction was rolled back', async () => {
    await record('one');
    const failed = changeIn(databases.urls, 'order', async (connection) => {
      await recordAction(connection, { action: 'a', subject: 's', reason: 'never', detail: {} });
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    await record('two');
    expect(await verified()).toMatchObject({ actions: 2 });
  });
  it('numbers several of one statement, and no caller chooses a number or a hash', async () => {
    await tamper(
      `insert into msg_operator_actions (id, hash, previous, action, subject, reason) select 7, 'x', 'y', 'a', 's', n::text from generate_series(1, 3) as n`,
    );
    expect(await verified()).toMatchObject({ actions: 3 });
  });
  it('has the same content in every time zone', async () => {
    await record(awkward);
    await tamper(`alter database ${new URL(databases.urls.order).pathname.slice(1)} set timezone = 'Asia/Kathmandu'`);
    expect(await verified()).not.toHaveProperty('fault');
  });
  it('names the actor that the options of the connection name', async () => {
    const as = { order: `${databases.urls.order}?options=${encodeURIComponent('-c tradewind.actor=ann')}` };
    await changeIn(as, 'order', (connection) =>
      recordAction(connection, { action: 'a', subject: 's', reason: 'r', detail: {} }),
    );
    expect(JSON.parse((await exported())[0]!.content)).toMatchObject({ actor: 'ann' });
  });
  it('names the connection where nothing names the actor', async () => {
    await record('one');
    expect(JSON.parse((await exported())[0]!.content)).toMatchObject({ actor: 'postgres', address: '127.0.0.1' });
  });
  it('is exported by period, and each line can be checked by itself', async () => {
    await record('early');
    await record('late');
    const [middle] = await databases.sql<{ at: Date }>('order', 'select at from msg_operator_actions where id = 2');
    expect(await exported({ to: middle!.at })).toHaveLength(1);
    const late = await exported({ from: middle!.at });
    expect(late).toHaveLength(1);
    expect(JSON.parse(late[0]!.content)).toMatchObject({ reason: 'late', detail: { value: awkward, none: null } });
    expect(await verified(late)).not.toHaveProperty('fault');
  });
});

describe('a log that an administrator of the database has changed', () => {
  beforeEach(async () => {
    for (const reason of ['one', 'two', 'three']) await record(reason);
  });
  it.each([
    [`update msg_operator_actions set reason = 'other' where id = 2`, 'action 2 was changed'],
    [`update msg_operator_actions set actor = 'another' where id = 2`, 'action 2 was changed'],
    [`update msg_operator_actions set address = null where id = 2`, 'action 2 was changed'],
    [`update msg_operator_actions set at = at - interval '1 second' where id = 2`, 'action 2 was changed'],
    [`update msg_operator_actions set detail = '{}' where id = 2`, 'action 2 was changed'],
    [`delete from msg_operator_actions where id = 2`, 'action 2 is missing: 3 follows 1'],
    [`delete from msg_operator_actions where id = 1`, 'action 1 is missing: 2 follows 0'],
  ])('does not fit after: %s', async (sql, fault) => {
    await tamper(sql);
    expect(await verified()).toMatchObject({ fault });
  });
  it('fits after its end was cut off, but not to an earlier export', async () => {
    const earlier = await exported();
    await tamper('delete from msg_operator_actions where id = 3');
    expect(await verified()).not.toHaveProperty('fault');
    expect(await verified(earlier)).toMatchObject({ fault: 'action 3 was exported and is missing' });
  });
  it('fits after it was written anew, but not to an earlier export', async () => {
    const earlier = await exported();
    await tamper('truncate msg_operator_actions');
    for (const reason of ['one', 'something else', 'three']) await record(reason);
    expect(await verified()).not.toHaveProperty('fault');
    expect(await verified(earlier)).toMatchObject({ fault: 'action 1 is not the one that was exported' });
  });
});
