import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@tradewind/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Keeper, type Keepable } from './keeper.js';
import { launch } from './launch.js';

let folder: string;
let said: string[];
let keeper: Keeper | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keeper-'));
  said = [];
});
afterEach(async () => {
  await keeper?.stop();
  rmSync(folder, { recursive: true });
});

async function shell(script: string): Promise<Keepable> {
  const running = await launch({
    name: 'child',
    command: '/bin/sh',
    args: ['-c', script],
    log: join(folder, 'log'),
    pidFile: join(folder, 'pid'),
  });
  return {
    pid: running.pid,
    exited: running.exited,
    signal: running.signal,
    stop: () => running.stop(['SIGTERM', 60_000]),
  };
}

function keep(script: string, steadyAfterMs = 10_000): Keeper {
  keeper = new Keeper(
    'child',
    () => shell(script),
    (line) => said.push(line),
    { firstDelayMs: 10, longestDelayMs: 40, steadyAfterMs },
  );
  return keeper;
}

describe('a process that keeps ending', () => {
  it('is started again with a delay that doubles up to a limit', async () => {
    await keep('exit 3').start();
    await eventually(() => said.length >= 5);
    expect(said.slice(0, 5)).toEqual(
      [0.01, 0.02, 0.04, 0.04, 0.04].map((seconds) => `child ended (exit code 3); it is started again in ${seconds} s`),
    );
  });

  it('is trusted again once it ran for a while', async () => {
    await keep('exit 3', 0).start();
    await eventually(() => said.length >= 3);
    expect(new Set(said)).toEqual(new Set(['child ended (exit code 3); it is started again in 0.01 s']));
  });
});

describe('a process that is killed', () => {
  it('is started again as another one', async () => {
    const kept = keep('sleep 60');
    await kept.start();
    const first = kept.pid as number;
    process.kill(first, 'SIGKILL');
    await eventually(() => kept.pid !== undefined && kept.pid !== first);
    expect(said).toEqual(['child ended (SIGKILL); it is started again in 0.01 s']);
    expect(kept.restarts).toBe(1);
  });

  it('can be waited for', async () => {
    const kept = keep('sleep 60');
    await kept.start();
    const first = kept.pid;
    kept.signal('SIGKILL');
    expect(() => kept.signal('SIGKILL')).toThrow('child is not running');
    await kept.start();
    expect(kept.pid).toBeDefined();
    expect(kept.pid).not.toBe(first);
  });
});

describe('a process that is stopped', () => {
  it('stays away until it is started', async () => {
    const kept = keep('sleep 60');
    await kept.start();
    await kept.stop();
    expect(kept.pid).toBeUndefined();
    expect(said).toEqual([]);
    await kept.start();
    expect(kept.pid).toBeDefined();
  });
});

describe('a process that is paused', () => {
  it('is stopped all the same', async () => {
    const kept = keep('sleep 60');
    await kept.start();
    kept.signal('SIGSTOP');
    await kept.stop();
    expect(() => kept.signal('SIGCONT')).toThrow('child is not running');
  });
});

describe('a process that is stopped while it starts', () => {
  it('is told to give up, and is waited for', async () => {
    let gaveUp = false;
    keeper = new Keeper(
      'child',
      (givingUp) =>
        new Promise((_, reject) => {
          givingUp.addEventListener('abort', () => {
            gaveUp = true;
            reject(new Error('gave up'));
          });
        }),
      (line) => said.push(line),
    );
    const started = expect(keeper.start()).rejects.toThrow('gave up');
    await keeper.stop();
    await started;
    expect(gaveUp).toBe(true);
  });

  it('is ended when it has started in spite of that', async () => {
    const opening = shell('sleep 60');
    keeper = new Keeper(
      'child',
      () => opening,
      (line) => said.push(line),
    );
    await Promise.all([keeper.start(), keeper.stop()]);
    expect((await (await opening).exited).signal).toBe('SIGTERM');
    expect(keeper.pid).toBeUndefined();
  });
});

describe('a process whose program is missing', () => {
  it('fails at the first start', async () => {
    keeper = new Keeper(
      'child',
      async () => {
        await launch({
          name: 'child',
          command: join(folder, 'nothing'),
          args: [],
          log: join(folder, 'log'),
          pidFile: join(folder, 'pid'),
        });
        throw new Error('it started');
      },
      (line) => said.push(line),
    );
    await expect(keeper.start()).rejects.toThrow(/child does not start: .*ENOENT/);
  });
});
