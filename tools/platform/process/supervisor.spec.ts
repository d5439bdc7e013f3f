import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@tradewind/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Supervisor, type SupervisedProcess } from './supervisor.js';
import { launch } from './launch.js';

let folder: string;
let lines: string[];
let supervisor: Supervisor | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'supervisor-'));
  lines = [];
});
afterEach(async () => {
  await supervisor?.stop();
  rmSync(folder, { recursive: true });
});

async function shell(script: string): Promise<SupervisedProcess> {
  const running = await launch({
    name: 'child',
    command: '/bin/sh',
    args: ['-c', script],
    logFile: join(folder, 'log'),
    pidFile: join(folder, 'pid'),
  });
  return {
    pid: running.pid,
    exited: running.exited,
    signal: running.signal,
    stop: () => running.stop(['SIGTERM', 60_000]),
  };
}

function supervise(script: string, stableAfterMs = 10_000): Supervisor {
  supervisor = new Supervisor(
    'child',
    () => shell(script),
    (line) => lines.push(line),
    { initialDelayMs: 10, maxDelayMs: 40, stableAfterMs },
  );
  return supervisor;
}

describe('a process that keeps ending', () => {
  it('is restarted with a delay that doubles up to a limit', async () => {
    await supervise('exit 3').start();
    await eventually(() => lines.length >= 5);
    expect(lines.slice(0, 5)).toEqual(
      [0.01, 0.02, 0.04, 0.04, 0.04].map((seconds) => `child ended (exit code 3); it is restarted in ${seconds} s`),
    );
  });

  it('gets the initial delay again after it ran for a while', async () => {
    await supervise('exit 3', 0).start();
    await eventually(() => lines.length >= 3);
    expect(new Set(lines)).toEqual(new Set(['child ended (exit code 3); it is restarted in 0.01 s']));
  });
});

describe('a process that is killed', () => {
  it('is restarted with another pid', async () => {
    const child = supervise('sleep 60');
    await child.start();
    const first = child.pid as number;
    process.kill(first, 'SIGKILL');
    await eventually(() => child.pid !== undefined && child.pid !== first);
    expect(lines).toEqual(['child ended (SIGKILL); it is restarted in 0.01 s']);
    expect(child.restarts).toBe(1);
  });

  it('can be waited for', async () => {
    const child = supervise('sleep 60');
    await child.start();
    const first = child.pid;
    child.signal('SIGKILL');
    expect(() => child.signal('SIGKILL')).toThrow('child is not running');
    await child.start();
    expect(child.pid).toBeDefined();
    expect(child.pid).not.toBe(first);
  });
});

describe('a process that is stopped', () => {
  it('stays stopped until it is started', async () => {
    const child = supervise('sleep 60');
    await child.start();
    await child.stop();
    expect(child.pid).toBeUndefined();
    expect(lines).toEqual([]);
    await child.start();
    expect(child.pid).toBeDefined();
  });
});

describe('a process that is paused', () => {
  it('is stopped', async () => {
    const child = supervise('sleep 60');
    await child.start();
    child.signal('SIGSTOP');
    await child.stop();
    expect(() => child.signal('SIGCONT')).toThrow('child is not running');
  });
});

describe('a process that is stopped while it starts', () => {
  it('gets the abort signal, and stop waits for it', async () => {
    let aborted = false;
    supervisor = new Supervisor(
      'child',
      (stopping) =>
        new Promise((_, reject) => {
          stopping.addEventListener('abort', () => {
            aborted = true;
            reject(new Error('aborted'));
          });
        }),
      (line) => lines.push(line),
    );
    const started = expect(supervisor.start()).rejects.toThrow('aborted');
    await supervisor.stop();
    await started;
    expect(aborted).toBe(true);
  });

  it('is ended when it starts anyway', async () => {
    const starting = shell('sleep 60');
    supervisor = new Supervisor(
      'child',
      () => starting,
      (line) => lines.push(line),
    );
    await Promise.all([supervisor.start(), supervisor.stop()]);
    expect((await (await starting).exited).signal).toBe('SIGTERM');
    expect(supervisor.pid).toBeUndefined();
  });
});

describe('a process whose program is missing', () => {
  it('fails at the first start', async () => {
    supervisor = new Supervisor(
      'child',
      async () => {
        await launch({
          name: 'child',
          command: join(folder, 'nothing'),
          args: [],
          logFile: join(folder, 'log'),
          pidFile: join(folder, 'pid'),
        });
        throw new Error('it started');
      },
      (line) => lines.push(line),
    );
    await expect(supervisor.start()).rejects.toThrow(/child does not start: .*ENOENT/);
  });
});
