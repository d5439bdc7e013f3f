import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Timers } from '@tradewind/kernel';
import { SigningRoot, SigningRootSigner } from '@tradewind/service';
import { announcementOf, retirementOf, rootEnvironment } from '../../../../test/signing-root.js';
import { InMemoryKeyRing } from './in-memory-key-ring.js';

const publicKey = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'; // RFC 8037, appendix A.2
const anotherPublicKey = '_vFc_0pTZK4xqHrYkXXVZgVDLUrTmCgB1j6Gd5pXfTI';

/** Timers whose waits end only when they are aborted, or at once. */
const timers = (expire: boolean): Timers => ({
  after: () => () => undefined,
  wait: (_, signal) =>
    expire ? Promise.resolve() : new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
});
const root = new SigningRoot(rootEnvironment.SIGNING_ROOT_PUBLIC_KEY);
const k = announcementOf({ kid: 'k', publicKey });
const aKeyRing = ({ expire = true, current = true, now = new Date(k.notBefore) } = {}): InMemoryKeyRing => {
  const keys = new InMemoryKeyRing(timers(expire), { now: () => now }, root);
  keys.isCurrent = () => current;
  return keys;
};

describe('an announced key', () => {
  it('is found', async () => {
    const keys = aKeyRing();
    await keys.put(k);
    expect(await keys.find('k')).toBeDefined();
  });
  it('is found by a request that waited for it', async () => {
    const keys = aKeyRing({ expire: false });
    const found = keys.find('k');
    await keys.put(k);
    expect(await found).toBeDefined();
  });
  it('is not found after it was retired', async () => {
    const keys = aKeyRing();
    await keys.put(k);
    keys.retire('k', retirementOf('k').signature);
    expect([await keys.find('k'), keys.all()]).toEqual([undefined, []]);
  });
  it('stays retired if it is retired while it is imported', async () => {
    const keys = aKeyRing();
    const importing = keys.put(k);
    keys.retire('k', retirementOf('k').signature);
    await importing;
    expect(await keys.find('k')).toBeUndefined();
  });
  it('is listed for the snapshot', async () => {
    const keys = aKeyRing();
    await keys.put(k);
    const l = announcementOf({ kid: 'l', publicKey: anotherPublicKey });
    await keys.put(l);
    expect(keys.all()).toEqual([k, l]);
  });
});

describe('a record that the root key did not sign', () => {
  const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const other = new SigningRootSigner(x!, d!);
  it('adds no key', async () => {
    const keys = aKeyRing();
    await expect(keys.put(announcementOf({ kid: 'k', publicKey }, other))).rejects.toThrow(
      'is not signed by the root key',
    );
    expect([await keys.find('k'), keys.all()]).toEqual([undefined, []]);
  });
  it('retires no key', async () => {
    const keys = aKeyRing();
    await keys.put(k);
    expect(() => keys.retire('k', retirementOf('k', other).signature)).toThrow('is not signed by the root key');
    expect(await keys.find('k')).toBeDefined();
  });
});

describe('a repeated announcement', () => {
  it('does not bring a retired key back', async () => {
    const keys = aKeyRing();
    await keys.put(k);
    keys.retire('k', retirementOf('k').signature);
    await keys.put(k);
    expect(await keys.find('k')).toBeUndefined();
  });
});

describe('a key that has expired', () => {
  it('is not found', async () => {
    const keys = aKeyRing({ now: new Date(k.notAfter) });
    await keys.put(k);
    expect(await keys.find('k')).toBeUndefined();
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
