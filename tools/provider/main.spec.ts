import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';

let folder: string;
let started: ChildProcess[] = [];

/** Compiles the current sources for a real process: Node 20 does not run TypeScript. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'provider-process-'));
  await build({
    entryPoints: [join(import.meta.dirname, 'main.ts')],
    outfile: join(folder, 'main.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    alias: { '@tradewind/kernel': join(import.meta.dirname, '../../libs/kernel/src/index.ts') },
    logLevel: 'error',
  });
});
afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  started = [];
});
afterAll(() => rm(folder, { recursive: true }));

const apiKey = 'the-key-of-the-provider';

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly url?: string;
  readonly operations?: number;
}

/** Starts the process and reads its log lines until it listens or ends. */
async function run(settings: Record<string, string>) {
  const child = spawn(process.execPath, [join(folder, 'main.mjs')], {
    env: { PORT: '0', PROVIDER_API_KEY: apiKey, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const lines: Line[] = [];
  for await (const text of createInterface({ input: child.stdout })) {
    lines.push(JSON.parse(text) as Line);
    if (lines.at(-1)?.msg === 'listening') break;
  }
  return { child, lines, ended, url: lines.at(-1)?.url ?? '' };
}

const take = (url: string, key: string, method = 'sim_ok') =>
  fetch(`${url}/takes`, {
    method: 'POST',
    headers: { 'idempotency-key': key, 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ key, amount: 100, currency: 'GBP', method }),
  });

describe('a provider killed under load', () => {
  it('still has every take that it answered', async () => {
    const settings = { PROVIDER_LOG: join(folder, 'killed', 'log') };
    const first = await run(settings);
    const answered = new Map<string, unknown>();
    const takes = Array.from({ length: 300 }, async (_, index) => {
      const answer = await take(first.url, `k${index}`);
      answered.set(`k${index}`, await answer.json());
      if (answered.size === 100) first.child.kill('SIGKILL');
    });
    await Promise.allSettled(takes);
    await first.ended;
    expect(answered.size).toBeGreaterThanOrEqual(100);
    await appendFile(settings.PROVIDER_LOG, '{"at":"2010-12-01T08:2');

    const second = await run(settings);
    expect(second.lines[0]).toMatchObject({ level: 'warn', bytes: 22 });
    expect(second.lines[1]?.operations).toBeGreaterThanOrEqual(answered.size);
    for (const [key, body] of answered) expect(await (await take(second.url, key)).json()).toEqual(body);
  });
});

describe('a provider that gets a stop signal', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('answers calls under way and exits with 0 (%s)', async (signal) => {
    const { child, ended, url } = await run({ PROVIDER_LOG: join(folder, signal) });
    const slow = take(url, 'slow', 'sim_slow');
    while ((await fetch(`${url}/operations/slow`, { headers: { authorization: `Bearer ${apiKey}` } })).status === 404);
    child.kill(signal);
    expect((await slow).status).toBe(201);
    expect(await ended).toBe(0);
    expect(await readFile(join(folder, signal), 'utf8')).toContain('"key":"slow"');
  });
});

describe('a provider with a missing or invalid setting', () => {
  it.each<[string, Record<string, string>]>([
    ['PROVIDER_LOG', { PROVIDER_LOG: '' }],
    ['PROVIDER_API_KEY', { PROVIDER_API_KEY: '' }],
    ['PROVIDER_API_KEY', { PROVIDER_API_KEY: 'too-short' }],
    ['PORT', { PORT: 'three' }],
    ['PORT', { PORT: '65536' }],
    ['PORT', { PORT: '6000' }],
    ['PROVIDER_LATENCY_MS', { PROVIDER_LATENCY_MS: '-1' }],
    ['PROVIDER_WEBHOOK_URL', { PROVIDER_WEBHOOK_URL: 'localhost:3005' }],
    ['PROVIDER_WEBHOOK_URL', { PROVIDER_WEBHOOK_URL: 'http://127.0.0.1:6000/' }],
    ['PROVIDER_WEBHOOK_URL', { PROVIDER_WEBHOOK_URL: 'http://127.0.0.1:65536/' }],
    ['PROVIDER_WEBHOOK_SECRET', { PROVIDER_WEBHOOK_URL: 'http://127.0.0.1:3005/' }],
  ])('exits with an error that names %s: %j', async (name, settings) => {
    const { lines, ended } = await run({ PROVIDER_LOG: join(folder, 'unused'), ...settings });
    expect(await ended).toBe(1);
    expect(lines).toMatchObject([{ level: 'error', msg: expect.stringContaining(name) }]);
  });
});
