import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { claimPidFile, endLeftover, livingPid, writePidFile } from './pid-file.js';

let folder: string;
let file: string;
let child: ChildProcess;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pid-file-'));
  file = join(folder, 'child.pid');
  child = spawn('sleep', ['60']);
});
afterEach(() => {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

describe('a process that outlived its parent', () => {
  it('is found by its file and ended', async () => {
    writePidFile(file, child.pid as number);
    expect(livingPid(file)).toBe(child.pid);
    expect(await endLeftover(file)).toBe(true);
    expect(livingPid(file)).toBeUndefined();
    expect(existsSync(file)).toBe(false);
  });
});

describe('a pid file for a resource with one owner', () => {
  it('is claimed by one living process', () => {
    expect(claimPidFile(file)).toBe(true);
    expect(livingPid(file)).toBe(process.pid);
    expect(claimPidFile(file)).toBe(false);
    writePidFile(file, child.pid as number);
    expect(claimPidFile(file)).toBe(false);
    expect(livingPid(file)).toBe(child.pid);
  });

  it('can be claimed again when its owner is dead', () => {
    writeFileSync(file, `${child.pid} 12345\n`);
    expect(claimPidFile(file)).toBe(true);
  });
});

describe('a pid that another process has now', () => {
  it('is left alone', async () => {
    writeFileSync(file, `${child.pid} 12345\n`);
    expect(livingPid(file)).toBeUndefined();
    expect(await endLeftover(file)).toBe(false);
    expect(child.signalCode).toBeNull();
  });
});
