import { describe, expect, it } from '@jest/globals';
import type { OfService } from '../databases/databases.js';
import type { BlockedKey } from './dead-letter.js';
import { groupDeadLetters, withoutValues } from './groups.js';

describe('a reason without values', () => {
  it.each([
    ['order 6a1f2c34-0d65-7a11-8b4e-0123456789ab has no line 17', 'order … has no line #'],
    ["can't read 'total' of undefined", "can't read 'total' of undefined"],
    ['"sku-1" costs 12.50, not 12.5', '"…" costs #, not #'],
    ['digest 0f3a9c7e21b4d8 differs', 'digest … differs'],
  ])('%s', (detail, reason) => expect(withoutValues(detail)).toBe(reason));
});

const key = (number: number, detail: string, more: Partial<OfService<BlockedKey>> = {}): OfService<BlockedKey> => ({
  service: 'order',
  consumer: 'order',
  topic: 'stock.events',
  type: 'stock.sold',
  key: `k${number}`,
  orderingKey: `stock.events\nk${number}`,
  state: 'blocked',
  cause: 'Poison',
  detail,
  attempts: 1,
  blockedAt: new Date(1_000 * number),
  messages: 2,
  first: null,
  ...more,
});

describe('blocked keys', () => {
  const groups = groupDeadLetters([
    key(3, 'line 3 is missing'),
    key(2, 'the total is negative'),
    key(1, 'line 1 is missing'),
    key(4, 'line 4 is missing', { type: 'stock.refused' }),
  ]);
  it('are grouped by type and reason, the oldest group first', () =>
    expect(groups.map(({ type, reason, keys }) => [type, reason, keys.map((each) => each.key)])).toEqual([
      ['stock.sold', 'line # is missing', ['k1', 'k3']],
      ['stock.sold', 'the total is negative', ['k2']],
      ['stock.refused', 'line # is missing', ['k4']],
    ]));
  it('are counted with the messages behind them', () =>
    expect(groups[0]).toMatchObject({ messages: 4, since: new Date(1_000) }));
  it('keep the id of their group when another joins', () =>
    expect(groupDeadLetters([key(9, 'line 9 is missing')])[0]!.id).toBe(groups[0]!.id));
});
