import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { root } from '../../../tools/platform/process/places.js';
import { Plant } from './plant.js';

const probe = join(root, 'dist/test/faults/plant/probe.js');
const point = 'probe.pass';

let plant: Plant;
beforeEach(() => {
  plant = Plant.in();
});
afterEach(() => plant.remove());

interface End {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

/** A process that passes the point so many times, to its end. */
async function passing(times: number, settings?: Parameters<Plant['environment']>[0]): Promise<End> {
  const child = spawn(process.execPath, [probe, String(times)], {
    env: { ...process.env, ...plant.environment(settings) },
  });
  let [said, errors] = ['', ''];
  child.stdout.on('data', (data) => (said += String(data)));
  child.stderr.on('data', (data) => (errors += String(data)));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, lines: said.trimEnd().split('\n'), errors };
}

describe('a process without orders', () => {
  it('runs to its end, and what it passed is counted', async () => {
    expect(await passing(3)).toMatchObject({
      code: 0,
      lines: [expect.stringMatching(/^now /), 'pass 1', 'pass 2', 'pass 3', 'done'],
    });
    expect(plant.passed()).toEqual(new Map([[point, 3]]));
  });
});

describe('a process that is to be killed at the 17th hit', () => {
  it('dies there, leaves the proof, and the next one does not', async () => {
    const order = plant.order({ do: 'kill', at: { point, hit: 17 } });
    const { signal, lines } = await passing(50);
    expect(signal).toBe('SIGKILL');
    expect(lines.at(-1)).toBe('pass 17');
    expect(plant.fired(order)).toMatchObject({ order });
    expect(plant.knownTo(order)).toBe(1);
    expect(await passing(50)).toMatchObject({ code: 0, signal: null });
    expect(plant.passed().get(point)).toBe(67);
  });
  it('lives while it does not come that far', async () => {
    const order = plant.order({ do: 'kill', at: { point, hit: 17 } });
    expect(await passing(16)).toMatchObject({ code: 0 });
    expect(plant.fired(order)).toBeUndefined();
  });
  it('may be killed by a second order after the first', async () => {
    plant.order({ do: 'kill', at: { point, hit: 1 } });
    expect((await passing(5)).lines.at(-1)).toBe('pass 1');
    plant.order({ do: 'kill', at: { point, hit: 2 } });
    expect((await passing(5)).lines.at(-1)).toBe('pass 2');
  });
});

describe('two processes and one order', () => {
  it('leave one alive', async () => {
    plant.order({ do: 'kill', at: { point, hit: 1 } });
    const ends = await Promise.all([passing(3), passing(3)]);
    expect(ends.map(({ signal }) => signal).sort()).toEqual(['SIGKILL', null]);
  });
});

describe('a process that is told while it runs', () => {
  it('does it from then on', async () => {
    const running = passing(1_000_000);
    await eventually(() => plant.passed().has(point));
    const order = plant.order({ do: 'kill', at: { point, hit: 2 } });
    expect((await running).signal).toBe('SIGKILL');
    expect(plant.fired(order)).toBeDefined();
  });
});

describe('a process whose event loop is to be blocked', () => {
  it.each([{ point, hit: 2 }, undefined])('stands still for that long and goes on (%j)', async (at) => {
    const since = Date.now();
    const order = plant.order({ do: 'block', milliseconds: 300, ...(at && { at }) });
    expect(await passing(3)).toMatchObject({ code: 0 });
    expect(plant.fired(order)).toBeDefined();
    expect(Date.now() - since).toBeGreaterThanOrEqual(300);
  });
});

describe('a process with a skewed clock', () => {
  it.each([3_600_000, -3_600_000])(
    'has another time by %d ms, and dates proofs with the true one',
    async (clockSkew) => {
      const order = plant.order({ do: 'kill', at: { point, hit: 1 } });
      const { lines } = await passing(1, { clockSkew });
      const [, now, date] = lines[0]!.split(' ').map(Number);
      const { at } = plant.fired(order)!;
      for (const told of [now!, date!]) expect(Math.abs(told - at - clockSkew)).toBeLessThan(60_000);
    },
  );
});

describe('a process whose code is altered', () => {
  const file = 'dist/test/faults/plant/probe.js';
  it('runs it so, and says so', async () => {
    plant.alter({ name: 'louder', changes: [{ file, find: "'done\\n'", instead: "'DONE\\n'" }] });
    expect((await passing(1)).lines.at(-1)).toBe('DONE');
    expect(plant.planted()).toMatchObject([{ name: 'louder', path: file }]);
  });
  it.each([
    ['no place', 'nowhere to be found', 0],
    ['several places', 'process.stdout.write', 3],
  ])('does not start when it finds %s', async (_, find, times) => {
    plant.alter({ name: 'lost', changes: [{ file, find, instead: '' }] });
    const { code, errors } = await passing(1);
    expect(code).not.toBe(0);
    expect(errors).toContain(`"lost" has no place in ${file}: found ${times} times`);
    expect(plant.planted()).toEqual([]);
  });
});
