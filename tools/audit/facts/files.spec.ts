import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readHistory } from './read-history.js';
import { readProviderLog } from './read-provider-log.js';

const folder = mkdtempSync(join(tmpdir(), 'tradewind-audit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (...lines: (object | string)[]): string => {
  const path = join(folder, `${Math.random()}.log`);
  writeFileSync(path, lines.map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`)).join(''));
  return path;
};

describe("the provider's log", () => {
  const take = {
    at: 'now',
    key: 'o:take:1',
    operation: 'take',
    amount: 5,
    currency: 'GBP',
    method: 'sim_ok',
    reference: 'r',
  };
  const refund = {
    at: 'now',
    key: 'o:refund:1',
    operation: 'refund',
    amount: 5,
    currency: 'GBP',
    takeKey: 'o:take:1',
    reference: 'r',
  };

  it('has the takes and refunds', async () =>
    expect(
      await readProviderLog(
        file(take, { at: 'now', key: 'v', operation: 'void' }, { ...take, key: 'd', operation: 'decline' }, refund),
      ),
    ).toEqual([
      { kind: 'take', key: 'o:take:1', takeKey: 'o:take:1', amount: 5n, currency: 'GBP' },
      { kind: 'refund', key: 'o:refund:1', takeKey: 'o:take:1', amount: 5n, currency: 'GBP' },
    ]));
  it('may end in a line that a crash cut off', async () =>
    expect(await readProviderLog(file(take, '{"at":"no'))).toHaveLength(1));
  it('has no other invalid line', async () =>
    expect(readProviderLog(file('{"at":"no\n', take))).rejects.toThrow('line 1'));
  it('must exist', async () =>
    expect(readProviderLog(join(folder, 'none'))).rejects.toThrow("the provider's log can't be used"));
});

describe('the clients’ history', () => {
  const call = { op: 'checkout', key: 'k', userId: 'ann' };
  const read = async (...lines: object[]) =>
    (await readHistory(file(...lines))).map(({ result, orderId }) => [result, orderId]);

  it('has a call that was answered', async () =>
    expect(
      await read(
        { phase: 'invoke', ...call },
        { phase: 'ok', ...call, status: 202 },
        { phase: 'outcome', ...call, orderId: 'o' },
      ),
    ).toEqual([['accepted', 'o']]));
  it('has a call that was answered at its second attempt', async () =>
    expect(
      await read(
        { phase: 'invoke', ...call },
        { phase: 'indeterminate', ...call },
        { phase: 'invoke', ...call },
        { phase: 'ok', ...call },
      ),
    ).toEqual([['accepted', undefined]]));
  it('has a call whose answer was lost', async () =>
    expect(await read({ phase: 'invoke', ...call }, { phase: 'indeterminate', ...call })).toEqual([
      ['unknown', undefined],
    ]));
  it('has a call that ended with the client', async () =>
    expect(await read({ phase: 'invoke', ...call })).toEqual([['unknown', undefined]]));
  it('has a call that was refused', async () =>
    expect(await read({ phase: 'invoke', ...call }, { phase: 'fail', ...call })).toEqual([['refused', undefined]]));
  it('has other calls, which are ignored', async () =>
    expect(
      await read({ phase: 'invoke', op: 'register' }, { phase: 'outcome', op: 'follow', orderId: 'o', userId: 'ann' }),
    ).toEqual([]));
});
