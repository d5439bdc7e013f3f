import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { byExtent } from '../../test/extent.js';
import { root } from '../platform/process/paths.js';
import { freePorts } from '../platform/process/ports.js';
import { portNames } from '../platform/shop/processes.js';
import { settingOf } from '../services.js';

jest.setTimeout(900_000);

const name = 'new-example';
/** What the checks of the new service compile. Of other packages than the contracts they use the compiled files. */
const sources = [`apps/${name}`, 'apps/gateway/src/domain', 'libs/contracts/src', 'test/services', 'tools/services.ts'];
const sourcesConfig = 'tools/checks/tsconfig.sources.json';
const run = promisify(execFile);

describe('a service that npm run new:service has written into a copy of the repository', () => {
  let copy: string;
  let ports: Readonly<Record<string, string>> = {};
  const inCopy = async (...args: string[]): Promise<string> => {
    try {
      const env = { ...process.env, ...ports };
      const { stdout, stderr } = await run(process.execPath, args, { cwd: copy, env, maxBuffer: 64 * 1024 * 1024 });
      return stdout + stderr;
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`${args.join(' ')}:\n${stdout}\n${stderr}`, { cause: error });
    }
  };
  const test = (project: string, ...patterns: string[]): Promise<string> =>
    inCopy(
      ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'],
      ...[`--selectProjects=${project}`, '--runInBand', '--testPathPatterns', ...patterns],
    );

  beforeAll(async () => {
    copy = mkdtempSync(join(tmpdir(), 'tradewind-new-service-'));
    copyRepository(copy);
    await inCopy('tools/new-service/main.mjs', name);
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  it('is written once', () =>
    expect(inCopy('tools/new-service/main.mjs', name)).rejects.toThrow(`"${name}": there is such a service`));

  describe('in its own part of the repository', () => {
    const written = readFileSync(join(root, sourcesConfig), 'utf8');
    beforeAll(() => {
      const { compilerOptions, ...config } = JSON.parse(written) as { compilerOptions: object };
      const paths = {
        '@tradewind/contracts': ['libs/contracts/src/index.ts'],
        '@tradewind/contracts/ids': ['libs/contracts/src/ids.ts'],
      };
      const include = sources.map((path) => `../../${path}`);
      const narrowed = { ...config, compilerOptions: { ...compilerOptions, paths }, include };
      writeFileSync(join(copy, sourcesConfig), JSON.stringify(narrowed));
    });
    afterAll(() => writeFileSync(join(copy, sourcesConfig), written));

    it('compiles', () => inCopy('node_modules/typescript/bin/tsc', '-p', sourcesConfig));

    it('is linted without a problem', () => inCopy('node_modules/eslint/bin/eslint.js', ...sources));
  });

  it('breaks no dependency rule and has no old word', async () => {
    await inCopy('tools/checks/dependency-rules.mjs');
    await inCopy('tools/checks/words.mjs', ...sources);
  });

  it('passes its own pure tests, and those of messages, batches, the API document and lists of services', async () => {
    const output = await test(
      'pure',
      ...[
        `apps/${name}`,
        'golden-records',
        'test/batches',
        'test/api-document',
        'tools/services.spec',
        'consumed-types',
      ],
    );
    expect(output).toContain(`apps/${name}/src/domain/note.spec.ts`);
  });

  if (byExtent(false, true))
    describe('in the whole shop', () => {
      it('passes every check', () => inCopy('tools/checks/check.mjs'));
      it('passes its tests on real Kafka and PostgreSQL', () => test('integration', `apps/${name}`));
      it('trades, with a clean audit', async () => {
        const names = [...portNames, name];
        const free = await freePorts(names.length);
        ports = Object.fromEntries(names.map((each, index) => [settingOf(each, 'PORT'), String(free[index])]));
        const output = await inCopy('tools/platform/prepare.mjs', '--then', 'dist/tools/start/main.js', '--once');
        expect(output).toContain('The audit is clean');
      });
    });
});

/** Copies the sources and the compiled libraries, and links the installed packages; those of the repository itself are the copy's own. */
function copyRepository(to: string): void {
  const skipped = new Set(['node_modules', '.git', '.cache', '.tradewind', 'coverage']);
  const isCopied = (path: string): boolean =>
    path === root || (!skipped.has(basename(path)) && path !== join(root, 'dist'));
  cpSync(root, to, { recursive: true, filter: isCopied });
  mkdirSync(join(to, 'node_modules'));
  for (const entry of readdirSync(join(root, 'node_modules'))) {
    const [source, target] = [join(root, 'node_modules', entry), join(to, 'node_modules', entry)];
    if (entry === '@tradewind') cpSync(source, target, { recursive: true, verbatimSymlinks: true });
    else if (entry.startsWith('.')) cpSync(source, target, { recursive: true });
    else symlinkSync(source, target);
  }
}
