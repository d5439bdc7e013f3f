import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const compiled = pathToFileURL(join(import.meta.dirname, '../../dist/bench/ground/bench-life.js')).href;

/** A bench as a process of its own: what is held says so when it is closed. */
function bench(body: string): {
  readonly child: ChildProcess;
  readonly over: Promise<{ readonly said: string[]; readonly code: number | null }>;
  readonly open: Promise<unknown>;
} {
  const held = `const { hold, runBench } = await import(${JSON.stringify(compiled)}); const close = (what) => hold(async () => console.log('closed ' + what));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', `${held} ${body}`], {
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  });
  const lines: string[] = [];
  const open = once(child.stdout!, 'data');
  child.stdout!.on('data', (part: Buffer) => lines.push(...part.toString().trim().split('\n')));
  const over = Promise.all([once(child, 'exit'), once(child.stdout!, 'close')]).then(([[code]]) => ({
    said: lines.filter((line) => line.startsWith('closed')),
    code: code as number | null,
  }));
  return { child, open, over };
}

const waiting = `await runBench(async () => { close('Kafka'); close('shop'); console.log('open'); await new Promise((resolve) => setTimeout(resolve, 600_000)); });`;

describe('a bench that is told to end', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('closes what is open by %s, the newest first, and says what has ended it', async (signal, code) => {
    const { child, open, over } = bench(waiting);
    await open;
    child.kill(signal);
    expect(await over).toEqual({ said: ['closed shop', 'closed Kafka'], code });
  });
  it('does so too when whoever has started it is gone', async () => {
    const { child, open, over } = bench(waiting);
    await open;
    child.disconnect();
    expect(await over).toEqual({ said: ['closed shop', 'closed Kafka'], code: 1 });
  });
  it('lets what then fails in it have no say', async () => {
    const { child, open, over } = bench(
      `await runBench(() => new Promise((_, reject) => { hold(async () => { reject(new Error('the shop is gone')); await new Promise((resolve) => setTimeout(resolve, 50)); console.log('closed'); }); console.log('open'); setTimeout(() => {}, 600_000); }));`,
    );
    await open;
    child.kill('SIGTERM');
    expect(await over).toEqual({ said: ['closed'], code: 143 });
  });
});

describe('a bench that ends by itself', () => {
  it('exits with its code', async () =>
    expect(await bench(`await runBench(async () => 7);`).over).toEqual({ said: [], code: 7 }));
  it('that fails closes what it has left open', async () =>
    expect(await bench(`await runBench(async () => { close('Kafka'); throw new Error('no'); });`).over).toEqual({
      said: ['closed Kafka'],
      code: 1,
    }));
  it('closes nothing twice', async () =>
    expect(
      (
        await bench(
          `await runBench(async () => { const end = close('Kafka'); await Promise.all([end(), end()]); return 0; });`,
        ).over
      ).said,
    ).toEqual(['closed Kafka']));
});
