import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@tradewind/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { restartDelay, Supervisor, type SupervisedProcess } from './supervisor.js';
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

async function shell(script: string, served = false): Promise<SupervisedProcess> {
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
    served: () => served,
    signal: running.signal,
    stop: () => running.stop(['SIGTERM', 60_000]),
  };
}

function supervise(script: string, served = false): Supervisor {
  supervisor = new Supervisor(
    'child',
    () => shell(script, served),
    (line) => lines.push(line),
    { initialDelayMs: 10, maxDelayMs: 40 },
  );
  return supervisor;
}

describe('the delay before a restart', () => {
  const delays = (...served: boolean[]): number[] => {
    let failures = 0;
    return served.map((each) =>
      restartDelay({ initialDelayMs: 100, maxDelayMs: 700 }, (failures = each ? 0 : failures + 1)),
    );
  };
  it('is the initial one after a process that served, however often', () =>
    expect(delays(true, true, true)).toEqual([100, 100, 100]));
  it('doubles up to a limit while processes end before they serve', () =>
    expect(delays(false, false, false, false)).toEqual([200, 400, 700, 700]));
  it('is the initial one again as soon as a process has served', () =>
    expect(delays(false, false, true, false)).toEqual([200, 400, 100, 200]));
});

describe('a process that keeps ending', () => {
  const restarts = (...seconds: number[]): string[] =>
    seconds.map((delay) => `child ended (exit code 3); it is restarted in ${delay} s`);
  it.each([
    ['before it serves is restarted with a delay that doubles up to a limit', false, [0.02, 0.04, 0.04, 0.04]],
    ['after it served is restarted with the initial delay each time', true, [0.01, 0.01, 0.01, 0.01]],
  ])('%s', async (_, served, delays) => {
    await supervise('exit 3', served).start();
    await eventually(() => lines.length >= 4);
    expect(lines.slice(0, 4)).toEqual(restarts(...delays));
  });
});

describe('a process that is killed', () => {
  it('is restarted with another pid', async () => {
    const child = supervise('sleep 60');
    await child.start();
    const first = child.pid as number;
    process.kill(first, 'SIGKILL');
    await eventually(() => child.pid !== undefined && child.pid !== first);
    expect(lines).toEqual(['child ended (SIGKILL); it is restarted in 0.02 s']);
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
