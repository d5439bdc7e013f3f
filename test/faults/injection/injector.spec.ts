import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { root } from '../../../tools/platform/process/paths.js';
import { Injector } from './injector.js';

const probe = join(root, 'dist/test/faults/injection/probe.js');
const point = 'probe.pass';

let injector: Injector;
beforeEach(() => {
  injector = Injector.create();
});
afterEach(() => injector.remove());

interface Outcome {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

/** Runs a process that passes the point this many times, until it ends. */
async function runProbe(times: number, settings?: Parameters<Injector['environment']>[0]): Promise<Outcome> {
  const child = spawn(process.execPath, [probe, String(times)], {
    env: { ...process.env, ...injector.environment(settings) },
  });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (data) => (output += String(data)));
  child.stderr.on('data', (data) => (errors += String(data)));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, lines: output.trimEnd().split('\n'), errors };
}

describe('a process without instructions', () => {
  it('runs to its end, and its passes are counted', async () => {
    expect(await runProbe(3)).toMatchObject({
      code: 0,
      lines: [expect.stringMatching(/^now /), 'pass 1', 'pass 2', 'pass 3', 'done'],
    });
    expect(injector.passed()).toEqual(new Map([[point, 3]]));
  });
});

describe('an instruction to kill at the 17th hit', () => {
  it('kills one process there, and not the next one', async () => {
    const instruction = injector.instruct({ do: 'kill', at: { point, hit: 17 } });
    const { signal, lines } = await runProbe(50);
    expect(signal).toBe('SIGKILL');
    expect(lines.at(-1)).toBe('pass 17');
    expect(injector.execution(instruction)).toMatchObject({ instruction });
    expect(injector.receivedBy(instruction)).toBe(1);
    expect(await runProbe(50)).toMatchObject({ code: 0, signal: null });
    expect(injector.passed().get(point)).toBe(67);
  });
  it('does nothing before that hit', async () => {
    const instruction = injector.instruct({ do: 'kill', at: { point, hit: 17 } });
    expect(await runProbe(16)).toMatchObject({ code: 0 });
    expect(injector.execution(instruction)).toBeUndefined();
  });
  it('can be followed by a second instruction', async () => {
    injector.instruct({ do: 'kill', at: { point, hit: 1 } });
    expect((await runProbe(5)).lines.at(-1)).toBe('pass 1');
    injector.instruct({ do: 'kill', at: { point, hit: 2 } });
    expect((await runProbe(5)).lines.at(-1)).toBe('pass 2');
  });
});

describe('one instruction for two processes', () => {
  it('is executed by one of them', async () => {
    injector.instruct({ do: 'kill', at: { point, hit: 1 } });
    const ends = await Promise.all([runProbe(3), runProbe(3)]);
    expect(ends.map(({ signal }) => signal).sort()).toEqual(['SIGKILL', null]);
  });
});

describe('an instruction to a running process', () => {
  it('is counted from when it is received', async () => {
    const running = runProbe(1_000_000);
    await eventually(() => injector.passed().has(point));
    const instruction = injector.instruct({ do: 'kill', at: { point, hit: 2 } });
    expect((await running).signal).toBe('SIGKILL');
    expect(injector.execution(instruction)).toBeDefined();
  });
});

describe('an instruction to block the event loop', () => {
  it.each([{ point, hit: 2 }, undefined])('blocks for that long, then the process continues (%j)', async (at) => {
    const since = Date.now();
    const instruction = injector.instruct({ do: 'block', milliseconds: 300, ...(at && { at }) });
    expect(await runProbe(3)).toMatchObject({ code: 0 });
    expect(injector.execution(instruction)).toBeDefined();
    expect(Date.now() - since).toBeGreaterThanOrEqual(300);
  });
});

describe('a process with a skewed clock', () => {
  it.each([3_600_000, -3_600_000])(
    'has a clock that is %d ms off, and reports executions with the true time',
    async (clockSkew) => {
      const instruction = injector.instruct({ do: 'kill', at: { point, hit: 1 } });
      const { lines } = await runProbe(1, { clockSkew });
      const [, now, date] = lines[0]!.split(' ').map(Number);
      const { at } = injector.execution(instruction)!;
      for (const read of [now!, date!]) expect(Math.abs(read - at - clockSkew)).toBeLessThan(60_000);
    },
  );
});

describe('a process with a patch', () => {
  const file = 'dist/test/faults/injection/probe.js';
  it('runs the patched code and reports it', async () => {
    injector.applyPatches({ name: 'louder', changes: [{ file, find: "'done\\n'", replacement: "'DONE\\n'" }] });
    expect((await runProbe(1)).lines.at(-1)).toBe('DONE');
    expect(injector.appliedPatches()).toMatchObject([{ name: 'louder', path: file }]);
  });
  it.each([
    ['no occurrence', 'does not occur', 0],
    ['several occurrences', 'process.stdout.write', 3],
  ])('does not start with %s of the text', async (_, find, times) => {
    injector.applyPatches({ name: 'lost', changes: [{ file, find, replacement: '' }] });
    const { code, errors } = await runProbe(1);
    expect(code).not.toBe(0);
    expect(errors).toContain(`patch "lost": expected once in ${file}, found ${times} times`);
    expect(injector.appliedPatches()).toEqual([]);
  });
});
