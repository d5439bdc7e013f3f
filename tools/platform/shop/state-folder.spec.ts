import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { claimStateFolder, ownerOf, releaseStateFolder } from './state-folder.js';

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'state-folder-')), 'state');
});
afterEach(() => rmSync(join(path, '..'), { recursive: true }));

describe('a state folder', () => {
  it('is created by the first shop, with its subfolders', async () => {
    const state = await claimStateFolder(path);
    expect(ownerOf(path)).toBe(process.pid);
    expect([state.logFile('order'), state.pidFile('order')]).toEqual([
      join(path, 'logs/order.log'),
      join(path, 'run/order.pid'),
    ]);
    expect(['logs', 'run'].map((name) => existsSync(join(path, name)))).toEqual([true, true]);
  });

  it('can be claimed again after its release', async () => {
    await claimStateFolder(path);
    releaseStateFolder(path);
    expect(ownerOf(path)).toBeUndefined();
    await claimStateFolder(path);
    expect(ownerOf(path)).toBe(process.pid);
  });

  it('can be claimed after a killed shop', async () => {
    await claimStateFolder(path);
    writeFileSync(join(path, 'owner.pid'), `${process.pid} 12345\n`); // another start time: a process that has ended
    await claimStateFolder(path);
    expect(ownerOf(path)).toBe(process.pid);
  });
});
