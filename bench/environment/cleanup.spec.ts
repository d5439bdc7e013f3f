import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const compiled = pathToFileURL(join(import.meta.dirname, '../../dist/bench/environment/cleanup.js')).href;

/** A bench in a process of its own; each registered thing prints a line when it is closed. */
function bench(body: string): {
  readonly child: ChildProcess;
  readonly exit: Promise<{ readonly closed: string[]; readonly code: number | null }>;
  readonly started: Promise<unknown>;
} {
  const setup = `const { closeAtExit, runToExit } = await import(${JSON.stringify(compiled)}); const open = (what) => closeAtExit(async () => console.log('closed ' + what));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', `${setup} ${body}`], {
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  });
  const lines: string[] = [];
  const started = once(child.stdout!, 'data');
  child.stdout!.on('data', (part: Buffer) => lines.push(...part.toString().trim().split('\n')));
  const exit = Promise.all([once(child, 'exit'), once(child.stdout!, 'close')]).then(([[code]]) => ({
    closed: lines.filter((line) => line.startsWith('closed')),
    code: code as number | null,
  }));
  return { child, started, exit };
}

const running = `await runToExit(async () => { open('Kafka'); open('shop'); console.log('started'); await new Promise((resolve) => setTimeout(resolve, 600_000)); });`;

describe('a bench that is stopped', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('closes everything on %s, newest first, and exits with the code of the signal', async (signal, code) => {
    const { child, started, exit } = bench(running);
    await started;
    child.kill(signal);
    expect(await exit).toEqual({ closed: ['closed shop', 'closed Kafka'], code });
  });
  it('closes everything when its parent process is gone', async () => {
    const { child, started, exit } = bench(running);
    await started;
    child.disconnect();
    expect(await exit).toEqual({ closed: ['closed shop', 'closed Kafka'], code: 1 });
  });
  it('ignores an error that closing causes', async () => {
    const { child, started, exit } = bench(
      `await runToExit(() => new Promise((_, reject) => { closeAtExit(async () => { reject(new Error('the shop is gone')); await new Promise((resolve) => setTimeout(resolve, 50)); console.log('closed'); }); console.log('started'); setTimeout(() => {}, 600_000); }));`,
    );
    await started;
    child.kill('SIGTERM');
    expect(await exit).toEqual({ closed: ['closed'], code: 143 });
  });
});

describe('a bench that ends by itself', () => {
  it('exits with its code', async () =>
    expect(await bench(`await runToExit(async () => 7);`).exit).toEqual({ closed: [], code: 7 }));
  it('closes what is open when it fails', async () =>
    expect(await bench(`await runToExit(async () => { open('Kafka'); throw new Error('no'); });`).exit).toEqual({
      closed: ['closed Kafka'],
      code: 1,
    }));
  it('closes nothing twice', async () => {
    const body = `await runToExit(async () => { const close = open('Kafka'); await Promise.all([close(), close()]); return 0; });`;
    expect((await bench(body).exit).closed).toEqual(['closed Kafka']);
  });
});
