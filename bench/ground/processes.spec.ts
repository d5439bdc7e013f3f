import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { spentBetween, useOf } from './processes.js';

const busy = `const end = Date.now() + 300; while (Date.now() < end) {} process.stdout.write('done'); setTimeout(() => {}, 60_000)`;

describe('what a process uses', () => {
  it('is its own, and that of its children', async () => {
    const me = new Map([['me', process.pid]]);
    const before = useOf(me);
    const child = spawn(process.execPath, ['-e', busy], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(child.stdout, 'data');
      const [own, both] = [useOf(new Map([['child', child.pid!]])), useOf(me)];
      expect(own.get('child')!.cpu).toBeGreaterThan(50_000);
      expect(own.get('child')!.memory).toBeGreaterThan(10 * 2 ** 20);
      expect(spentBetween(before, both).get('me')).toBeGreaterThanOrEqual(own.get('child')!.cpu);
    } finally {
      child.kill();
      await once(child, 'exit');
    }
  });
  it('is nothing once it has ended', () =>
    expect(useOf(new Map([['nobody', 2 ** 22 + 1]])).get('nobody')).toEqual({ cpu: 0, memory: 0 }));
});
