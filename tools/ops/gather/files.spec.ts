import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readHistory } from './history.js';
import { readProviderLog } from './provider-log.js';

const folder = mkdtempSync(join(tmpdir(), 'tradewind-ops-'));
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

  it('is read for the money that moved', async () =>
    expect(
      await readProviderLog(
        file(take, { at: 'now', key: 'v', operation: 'void' }, { ...take, key: 'd', operation: 'decline' }, refund),
      ),
    ).toEqual([
      { kind: 'take', key: 'o:take:1', takeKey: 'o:take:1', amount: 5, currency: 'GBP' },
      { kind: 'refund', key: 'o:refund:1', takeKey: 'o:take:1', amount: 5, currency: 'GBP' },
    ]));
  it('may end in a line that a crash tore', async () =>
    expect(await readProviderLog(file(take, '{"at":"no'))).toHaveLength(1));
  it('may not be torn in the middle', async () =>
    expect(readProviderLog(file('{"at":"no\n', take))).rejects.toThrow('line 1'));
  it('must be there', async () =>
    expect(readProviderLog(join(folder, 'none'))).rejects.toThrow("the provider's log can't be used"));
});

describe('the history of the clients', () => {
  const call = { op: 'checkout', key: 'k', userId: 'ann' };
  const read = async (...lines: object[]) =>
    (await readHistory(file(...lines))).map(({ seen, orderId }) => [seen, orderId]);

  it('has a call that was answered', async () =>
    expect(
      await read(
        { phase: 'invoke', ...call },
        { phase: 'ok', ...call, status: 202 },
        { phase: 'outcome', ...call, orderId: 'o' },
      ),
    ).toEqual([['ok', 'o']]));
  it('has a call that was answered at its second attempt', async () =>
    expect(
      await read(
        { phase: 'invoke', ...call },
        { phase: 'indeterminate', ...call },
        { phase: 'invoke', ...call },
        { phase: 'ok', ...call },
      ),
    ).toEqual([['ok', undefined]]));
  it('has a call whose answer was lost', async () =>
    expect(await read({ phase: 'invoke', ...call }, { phase: 'indeterminate', ...call })).toEqual([
      ['open', undefined],
    ]));
  it('has a call that the client did not live to see answered', async () =>
    expect(await read({ phase: 'invoke', ...call })).toEqual([['open', undefined]]));
  it('has a call that was refused', async () =>
    expect(await read({ phase: 'invoke', ...call }, { phase: 'fail', ...call })).toEqual([['none', undefined]]));
  it('has other calls, which are passed over', async () =>
    expect(
      await read({ phase: 'invoke', op: 'register' }, { phase: 'outcome', op: 'follow', orderId: 'o', userId: 'ann' }),
    ).toEqual([]));
});
