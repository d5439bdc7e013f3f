import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { root } from '../../tools/platform/process/paths.js';
import { aPlatform, type Platform } from './platform.js';

jest.setTimeout(240_000);

/** The operations are installed after the others: a service does not need them. */
const operations = 'operations';
const libraries = ['kernel', 'saga', 'messaging', operations];

interface Packed {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

type Versions = Readonly<Record<string, string>>;

const run = promisify(execFile);
const readme = readFileSync(join(root, 'libs/messaging/README.md'), 'utf8');

/** The packages that the README tells the reader to install; continuation lines included. */
const installed = [...readme.matchAll(/^npm install ((?:[^\n\\]|\\\n)+)$/gm)]
  .flatMap(([, args]) => args!.split(/[\s\\]+/))
  .filter((arg) => arg !== '' && !arg.startsWith('--'));

describe('the libraries, packed and installed in an empty project', () => {
  let project: string;
  let packed: readonly Packed[];
  let platform: Platform;
  const node = (...args: string[]) =>
    run(process.execPath, args, {
      cwd: project,
      env: { ...process.env, KAFKA_BROKERS: platform.kafkaBrokers, DATABASE_URL: platform.databaseUrl },
    });

  beforeAll(async () => {
    project = mkdtempSync(join(tmpdir(), 'tradewind-packed-'));
    const packing = run(
      'npm',
      ['pack', ...libraries.map((name) => `./libs/${name}`), '--json', '--pack-destination', project],
      { cwd: root },
    );
    [platform, packed] = await Promise.all([aPlatform(), packing.then(({ stdout }) => JSON.parse(stdout) as Packed[])]);
  });
  afterAll(async () => {
    await platform?.stop();
    rmSync(project, { recursive: true });
  });

  it.each(libraries)('contain the build of %s and none of its tests', (library) => {
    const { files } = packed.find(({ name }) => name === `@tradewind/${library}`)!;
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['package.json', 'dist/index.js', 'dist/index.d.ts']));
    expect(
      paths.filter((path) => !/^(package\.json|README\.md|LICENSE|dist\/.+\.(js|d\.ts)(\.map)?)$/.test(path)),
    ).toEqual([]);
    expect(paths.filter((path) => /spec|fixture|conformance|jest/.test(path))).toEqual([]);
  });

  it('are installed with the packages that the README names, and no peer dependency is missing', async () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      dependencies: Versions;
      devDependencies: Versions;
    };
    const versions: Versions = {
      ...devDependencies,
      ...dependencies,
      ...Object.fromEntries(packed.map(({ name, filename }) => [name, `file:${filename}`])),
    };
    const needed = packed.map(({ name }) => name).filter((name) => name !== `@tradewind/${operations}`);
    expect(installed).toEqual(expect.arrayContaining([...needed, 'kafkajs', 'typescript']));
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'tickets', private: true, type: 'module' }));
    await run(
      'npm',
      [
        'install',
        '--strict-peer-deps',
        '--ignore-scripts',
        '--prefer-offline',
        '--no-audit',
        '--no-fund',
        ...installed.map((name) => `${name}@${versions[name]}`),
      ],
      { cwd: project },
    );
  });

  it('are joined by the operations without a missing peer dependency', async () => {
    const { filename } = packed.find(({ name }) => name === `@tradewind/${operations}`)!;
    const flags = ['--strict-peer-deps', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
    await run('npm', ['install', ...flags, `file:${filename}`], { cwd: project });
  });

  it('can be imported by every exported path', async () => {
    const names = packed.flatMap(({ name }) => {
      const { exports } = JSON.parse(readFileSync(join(project, 'node_modules', name, 'package.json'), 'utf8')) as {
        exports: object;
      };
      return Object.keys(exports).map((path) => name + path.slice(1));
    });
    expect(names.length).toBeGreaterThan(libraries.length);
    await node('--input-type=module', '--eval', names.map((name) => `await import('${name}');`).join('\n'));
  });

  it("compile and run the README's program: two bookings confirmed, one rejected", async () => {
    copyFileSync(join(root, 'libs/messaging/example/tickets.ts'), join(project, 'tickets.ts'));
    const compilerOptions = {
      strict: true,
      module: 'nodenext',
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      types: ['node'],
      outDir: 'out',
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['tickets.ts'] }));
    expect((await node('node_modules/typescript/bin/tsc')).stdout).toBe('');
    const { stdout } = await node('out/tickets.js');
    expect(stdout.match(/booking-\d/g)).toEqual(['booking-1', 'booking-2', 'booking-3']);
    expect(stdout.match(/'(confirmed|rejected|pending)'/g)?.toSorted()).toEqual([
      "'confirmed'",
      "'confirmed'",
      "'rejected'",
    ]);
  });

  it("bring the operator's command, which works on the program's database", async () => {
    const tradewind = join('node_modules', '.bin', 'tradewind');
    const database = ['--database', `tickets=${platform.databaseUrl}`];
    const { stdout } = await node(tradewind, 'sagas', 'list', '--json', ...database);
    expect(JSON.parse(stdout)).toEqual([]);
    expect((await node(tradewind, 'dead-letters', 'list', ...database)).stdout).not.toBe('');
    await expect(node(tradewind, 'dead-letters', 'list')).rejects.toMatchObject({ code: 2 });
  });
});
