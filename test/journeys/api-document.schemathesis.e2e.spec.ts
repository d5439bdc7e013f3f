import 'reflect-metadata';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { schemathesis } from '../../tools/checks/optional-programs.mjs';
import type { Shop } from '../../tools/platform/shop/shop.js';
import { startShop } from '../../tools/platform/shop/start-shop.js';
import { byExtent } from '../extent.js';

/*
 * Schemathesis generates requests from the OpenAPI document, valid and invalid ones, follows its links, and compares the answers with
 * the document. It needs Python; jest.config.js leaves this file out where there is no schemathesis.
 */
const settings = join(import.meta.dirname, 'api-document');
const program = schemathesis.path() ?? '';
/** Fast: only the examples of the document, and what is derived from each of its rules. */
const phases = byExtent('examples,coverage', 'examples,coverage,fuzzing,stateful');

interface Result {
  readonly code: number | null;
  readonly output: string;
}

function run(shop: Shop): Promise<Result> {
  const { providerWebhookSecret } = JSON.parse(readFileSync(shop.state.secretsFile, 'utf8')) as Record<string, string>;
  const child = spawn(
    program,
    [
      ...['--config-file', join(settings, 'schemathesis.toml')],
      ...['run', `${shop.gatewayUrl}/docs-json`, '--checks', 'all', '--phases', phases],
      ...['--exclude-path-regex', '/events$'], // a stream of events does not end
      ...['--max-examples', '20', '--request-timeout', '60', '--seed', '1', '--no-color'],
    ],
    {
      cwd: shop.state.path,
      env: {
        ...process.env,
        SCHEMATHESIS_HOOKS: join(settings, 'hooks.py'),
        GATEWAY_URL: shop.gatewayUrl,
        ADMIN_EMAIL: shop.admin.email,
        ADMIN_PASSWORD: shop.admin.password,
        PROVIDER_WEBHOOK_SECRET: providerWebhookSecret,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

describe('the OpenAPI document of the shop', () => {
  let shop: Shop;
  beforeAll(async () => void (shop = await startShop({ ports: 'free', bundled: true })), 240_000);
  afterAll(() => shop?.stop(), 60_000);

  it(
    'is what the shop does, for every request that schemathesis generates from it',
    async () => {
      const { code, output } = await run(shop);
      expect(code === 0 ? '' : output).toBe('');
      expect(output).toMatch(/Tested: 2\d/); // operations
    },
    byExtent(600_000, 1_800_000),
  );
});
