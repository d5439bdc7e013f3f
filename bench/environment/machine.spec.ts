import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { usageOf, watchCpu } from './machine.js';

const busy = `const end = Date.now() + 300; while (Date.now() < end) {} process.stdout.write('done'); setTimeout(() => {}, 60_000)`;

describe('the usage of a process', () => {
  it('includes that of its children', async () => {
    const cpuSince = watchCpu(new Map([['self', process.pid]]));
    const child = spawn(process.execPath, ['-e', busy], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(child.stdout, 'data');
      const { cpu, memory } = usageOf(new Map([['child', child.pid!]])).get('child')!;
      expect(cpu).toBeGreaterThan(50_000);
      expect(memory).toBeGreaterThan(10 * 2 ** 20);
      expect(cpuSince().get('self')).toBeGreaterThanOrEqual(cpu);
    } finally {
      child.kill();
      await once(child, 'exit');
    }
  });
  it('is zero after its end', () =>
    expect(usageOf(new Map([['none', 2 ** 22 + 1]])).get('none')).toEqual({ cpu: 0, memory: 0 }));
});
