import { describe, expect, it } from '@jest/globals';
import { accountName, nameActor } from './actor.js';

describe('the actor of the command', () => {
  it.each([
    ['ann', undefined, '-c tradewind.actor=ann'],
    ['ann', '-c timezone=UTC', '-c timezone=UTC -c tradewind.actor=ann'],
    ['ann lee -c role=postgres', '', '-c tradewind.actor=ann_lee_-c_role_postgres'],
    ['', '', '-c tradewind.actor=unknown'],
  ])('%j, after the options %j, is named by %j', (account, before, options) => {
    const env: Record<string, string | undefined> = { PGOPTIONS: before };
    nameActor(account, env);
    expect(env).toEqual({ PGOPTIONS: options });
  });
});

describe('the account', () => {
  const nameless = (): string => {
    throw new Error('uv_os_get_passwd');
  };
  it('has its name', () => expect(accountName(() => 'ann', 1000)).toBe('ann'));
  it('is its number where it has none', () => expect(accountName(nameless, 1000)).toBe('1000'));
});
