import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { endsWithin, lastLines, launch, type RunningProcess } from './launch.js';
import { livingPid } from './pid-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'launch-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const shell = (script: string): Promise<RunningProcess> =>
  launch({
    name: 'child',
    command: '/bin/sh',
    args: ['-c', script],
    logFile: join(folder, 'log'),
    pidFile: join(folder, 'pid'),
  });

describe('a launched process', () => {
  it('appends its output to the log, and has a pid file while it runs', async () => {
    const child = await shell(`echo out; echo err >&2; touch ${join(folder, 'ready')}; sleep 60`);
    while (!existsSync(join(folder, 'ready'))) await endsWithin(child.exited, 10);
    expect(livingPid(join(folder, 'pid'))).toBe(child.pid);
    await child.stop(['SIGTERM', 10_000]);
    expect(existsSync(join(folder, 'pid'))).toBe(false);
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('out\nerr\n');
  });

  it('has an exit after its end', async () => {
    const child = await shell('exit 3');
    expect(await child.exited).toEqual({ code: 3, signal: null });
    expect(child.ended()).toEqual({ code: 3, signal: null });
  });

  it('has served as soon as it has reported that', async () => {
    const child = await launch({
      name: 'child',
      command: process.execPath,
      args: ['-e', "process.send('ready'); setInterval(() => undefined, 1000)"],
      logFile: join(folder, 'log'),
      pidFile: join(folder, 'pid'),
      reportsServing: true,
    });
    expect(child.served()).toBe(false);
    await eventually(() => child.served());
    await child.stop();
  });

  it('gets SIGKILL when it ignores the other signals', async () => {
    const child = await shell(`trap '' TERM; touch ${join(folder, 'ready')}; while :; do sleep 0.02; done`);
    while (!existsSync(join(folder, 'ready'))) await endsWithin(child.exited, 10);
    expect(await child.stop(['SIGTERM', 50])).toEqual({ code: null, signal: 'SIGKILL' });
  });
});

describe('the last lines of a log', () => {
  it('are those before its end, shortened', () => {
    writeFileSync(join(folder, 'log'), `first\nsecond\n${'x'.repeat(500)}\n`);
    expect(lastLines(join(folder, 'log'), 2)).toBe(`  | second\n  | ${'x'.repeat(400)}`);
  });
  it('are none without a log', () => expect(lastLines(join(folder, 'none'))).toBe('(no log)'));
});
