import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const compiled = pathToFileURL(join(import.meta.dirname, '../../dist/bench/environment/cleanup.js')).href;
const setup = `const { closeAtExit, runToExit } = await import(${JSON.stringify(compiled)}); const open = (what) => closeAtExit(async () => console.log('closed ' + what));`;

interface Exit {
  readonly closed: readonly string[];
  readonly code: number | null;
}

/** Runs a bench in a process of its own; each registered thing prints a line when it is closed. `stop` is called after the first output. */
async function bench(body: string, stop: (child: ChildProcess) => unknown = () => undefined): Promise<Exit> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', `${setup} ${body}`], {
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  });
  let output = '';
  child.stdout!.once('data', () => stop(child)).on('data', (part: Buffer) => (output += part.toString()));
  const [[code]] = await Promise.all([once(child, 'exit'), once(child.stdout!, 'close')]);
  return { closed: output.split('\n').filter((line) => line.startsWith('closed')), code: code as number | null };
}

const running = `await runToExit(async () => { open('Kafka'); open('shop'); console.log('started'); await new Promise((resolve) => setTimeout(resolve, 600_000)); });`;

describe('a bench that is stopped', () => {
  it.each<[string, (child: ChildProcess) => unknown, number]>([
    ['on SIGTERM', (child) => child.kill('SIGTERM'), 143],
    ['on SIGINT', (child) => child.kill('SIGINT'), 130],
    ['when its parent process is gone', (child) => child.disconnect(), 1],
  ])('closes everything %s, newest first, and exits with a code that says why', async (_, stop, code) =>
    expect(await bench(running, stop)).toEqual({ closed: ['closed shop', 'closed Kafka'], code }),
  );
  it('ignores an error that closing causes', async () => {
    const body = `await runToExit(() => new Promise((_, reject) => { closeAtExit(async () => { reject(new Error('the shop is gone')); await new Promise((resolve) => setTimeout(resolve, 50)); console.log('closed'); }); console.log('started'); setTimeout(() => {}, 600_000); }));`;
    expect(await bench(body, (child) => child.kill('SIGTERM'))).toEqual({ closed: ['closed'], code: 143 });
  });
});

describe('a bench that ends by itself', () => {
  it.each([
    ['exits with its code', `return 7;`, { closed: [], code: 7 }],
    [
      'closes what is open when it fails',
      `open('Kafka'); throw new Error('no');`,
      { closed: ['closed Kafka'], code: 1 },
    ],
    [
      'closes nothing twice',
      `const close = open('Kafka'); await Promise.all([close(), close()]); return 0;`,
      { closed: ['closed Kafka'], code: 0 },
    ],
  ])('%s', async (_, body, exit) => expect(await bench(`await runToExit(async () => { ${body} });`)).toEqual(exit));
});
