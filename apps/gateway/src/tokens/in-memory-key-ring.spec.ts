import { describe, expect, it } from '@jest/globals';
import type { Timers } from '@tradewind/kernel';
import { InMemoryKeyRing } from './in-memory-key-ring.js';

const publicKey = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'; // RFC 8037, appendix A.2
const anotherPublicKey = '_vFc_0pTZK4xqHrYkXXVZgVDLUrTmCgB1j6Gd5pXfTI';

/** Timers whose waits end only when they are aborted, or at once. */
const timers = (expire: boolean): Timers => ({
  after: () => () => undefined,
  wait: (_, signal) =>
    expire ? Promise.resolve() : new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
});
const aKeyRing = ({ expire = true, current = true } = {}): InMemoryKeyRing => {
  const keys = new InMemoryKeyRing(timers(expire));
  keys.isCurrent = () => current;
  return keys;
};

describe('an announced key', () => {
  it('is found', async () => {
    const keys = aKeyRing();
    await keys.put({ kid: 'k', publicKey });
    expect(await keys.find('k')).toBeDefined();
  });
  it('is found by a request that waited for it', async () => {
    const keys = aKeyRing({ expire: false });
    const found = keys.find('k');
    await keys.put({ kid: 'k', publicKey });
    expect(await found).toBeDefined();
  });
  it('is not found after it was retired', async () => {
    const keys = aKeyRing();
    await keys.put({ kid: 'k', publicKey });
    keys.retire('k');
    expect([await keys.find('k'), keys.all()]).toEqual([undefined, []]);
  });
  it('stays retired if it is retired while it is imported', async () => {
    const keys = aKeyRing();
    const importing = keys.put({ kid: 'k', publicKey });
    keys.retire('k');
    await importing;
    expect(await keys.find('k')).toBeUndefined();
  });
  it('is listed for the snapshot', async () => {
    const keys = aKeyRing();
    await keys.put({ kid: 'k', publicKey });
    await keys.put({ kid: 'l', publicKey: anotherPublicKey });
    expect(keys.all()).toEqual([
      { kid: 'k', publicKey },
      { kid: 'l', publicKey: anotherPublicKey },
    ]);
  });
});

describe('an unknown key', () => {
  it('does not exist if the copy is up to date', async () => expect(await aKeyRing().find('x')).toBeUndefined());
  it('may still arrive if the copy is not up to date', async () =>
    expect(aKeyRing({ current: false }).find('x')).rejects.toMatchObject({ body: { status: 503 } }));
  it('is rejected at once when too many requests wait', async () => {
    const keys = aKeyRing({ expire: false });
    for (let count = 0; count < 200; count++) void keys.find(`x-${count}`);
    await expect(keys.find('y')).rejects.toMatchObject({ body: { status: 503 } });
  });
});
