import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { imagePrograms } from '../../tools/image/programs.js';
import { freshDatabase, type FreshDatabase } from '../../tools/platform/postgres/fresh-database.js';
import { root } from '../../tools/platform/process/paths.js';
import { newSecrets } from '../../tools/platform/shop/secrets.js';
import { programRuns, type ProgramRun } from './program-runs.js';

/*
 * The programs as the image has them, in a folder from which the packages of the repository cannot be found. In an image:
 * programs.engine.e2e.spec.ts.
 */
const folder = mkdtempSync(join(tmpdir(), 'tradewind-image-'));
/** The engine's test runs all; programs of the same kind are bundled alike. */
const oneOfEachKind = programRuns.filter(({ program }) => !/product|cart|order|payment/.test(program));

/** Runs one to its end. */
const run = (
  { program, args = [] }: Pick<ProgramRun, 'program' | 'args'>,
  env = {},
): Promise<{ code: number; output: string }> =>
  new Promise((resolve) =>
    execFile(process.execPath, [join(folder, 'dist', program), ...args], { cwd: folder, env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, output: out + err }),
    ),
  );

beforeAll(() => promisify(execFile)(process.execPath, [join(root, 'dist/tools/image/main.js'), folder]));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a program of the image without settings', () => {
  it('is one of those that are run in a container', () =>
    expect([...new Set(programRuns.map(({ program }) => program))].toSorted()).toEqual(
      imagePrograms(join(root, 'dist')).toSorted(),
    ));
  it.each(oneOfEachKind)('names what it needs, or runs: $program', async (each) => {
    const { code, output } = await run(each);
    expect(output).toMatch(each.output);
    expect(code).toBe(each.code);
  });
});

describe('a service of the image', () => {
  let database: FreshDatabase;
  let service: ChildProcess;
  beforeAll(async () => void (database = await freshDatabase()));
  afterAll(async () => {
    service.stdout?.destroy();
    service.kill('SIGKILL');
    await once(service, 'close');
    await database.drop();
  });

  it('migrates, then serves its API and its documents', async () => {
    const { signingRoot, dataKeySecret } = newSecrets();
    const env = {
      PORT: '0',
      KAFKA_BROKERS: '127.0.0.1:1', // accepting needs the database alone
      DATABASE_URL: database.url,
      DATA_KEY_SECRET: dataKeySecret,
      MAIL_FOLDER: folder,
      SIGNING_ROOT_PUBLIC_KEY: signingRoot.publicKey,
      SIGNING_ROOT_PRIVATE_KEY: signingRoot.privateKey,
    };
    const migrated = await run({ program: 'apps/user/src/operate.js', args: ['migrate'] }, env);
    expect(migrated).toMatchObject({ code: 0, output: expect.stringContaining('{"migrated":true}') });

    service = spawn(process.execPath, [join(folder, 'dist/apps/user/src/main.js')], {
      env: { ...env, MIGRATIONS: 'check' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const url = await urlOf(service);
    for (const path of ['/healthz', '/docs', '/docs/swagger-ui.css', '/docs-json']) {
      const answer = await fetch(`${url}${path}`);
      await answer.arrayBuffer(); // an answer that is not read keeps its connection open
      expect({ path, status: answer.status }).toEqual({ path, status: 200 });
    }
  });
});

/** From the line that says where it serves. Rejects with the last lines if it ends before. */
async function urlOf({ stdout }: ChildProcess): Promise<string> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: stdout! })) {
    lines.push(line);
    const url = /serving (http:\/\/[^"]+)/.exec(line)?.[1];
    if (url) return url;
  }
  throw new Error(`it ended: ${lines.slice(-3).join('\n')}`);
}
