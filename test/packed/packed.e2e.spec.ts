import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { byExtent } from '../extent.js';
import {
  installations,
  named,
  outbox,
  transactional,
  type Installation,
  type InstallationName,
} from './installations.js';
import { libraries, pack, type Packed } from './packages.js';
import { aPlatform, type Platform } from './platform.js';
import { Project } from './project.js';

jest.setTimeout(byExtent(300_000, 600_000));

const esModules = 'Nest 12, TypeORM 1, ES modules';
const commonJs = 'Nest 11, TypeORM 0.3, CommonJS, the lowest versions of all peers';
const outboxOnly = 'Nest 11, TypeORM 1, ES modules, an outbox only';
/** In the short extent the two between which all others lie. */
const all = (Object.entries(installations) as [InstallationName, Installation][]).filter(([name]) =>
  byExtent(name === esModules || name === commonJs, true),
);

/** Imports every path that a package exports, as an importing program does. */
const importAll = (paths: readonly string[]): string =>
  [
    ...paths.map((path, index) => `import * as p${index} from '${path}';`),
    `console.log(JSON.stringify([${paths.map((_, index) => `Object.keys(p${index}).length`).join()}]));`,
  ].join('\n');

describe('the libraries, packed and installed in empty projects', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tradewind-packed-'));
  const projects = Object.fromEntries(
    all.map(([name, { program, type }]) => [name, new Project(join(folder, program), type)]),
  ) as Record<InstallationName, Project>;
  let packed: readonly Packed[];
  let platform: Platform;
  /** What a program of a project needs, with a database of its own. */
  const environments = new Map<string, Record<string, string>>();
  const environment = async (service: string): Promise<Record<string, string>> => {
    const known = environments.get(service);
    if (known) return known;
    const DATABASE_URL = await platform.database(service);
    const made = { SERVICE: service, KAFKA_BROKERS: platform.kafkaBrokers, DATABASE_URL };
    environments.set(service, made);
    return made;
  };
  const run = async (name: InstallationName, program: string): Promise<string> =>
    (await projects[name].node([`out/${program}.js`], await environment(program))).stdout;
  const lastLine = (stdout: string): unknown => JSON.parse(stdout.trimEnd().split('\n').at(-1)!);

  beforeAll(async () => {
    packed = await pack(folder);
    const ended = await Promise.allSettled([
      aPlatform().then((started) => (platform = started)),
      ...all.map(([name, { packages }]) => projects[name].install(packed, packages)),
    ]);
    for (const each of ended) if (each.status === 'rejected') throw each.reason;
  });
  afterAll(async () => {
    await platform?.stop();
    rmSync(folder, { recursive: true });
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

  it('need what the README tells the reader to install', () => {
    const needed = packed.map(({ name }) => name).filter((name) => !/operations|console|simulation/.test(name));
    expect(named).toEqual(expect.arrayContaining([...needed, 'kafkajs', 'typescript']));
  });

  it.each(all)('type-check and can be imported by every exported path: %s', async (name, installation) => {
    const project = projects[name];
    const paths = project.pathsOf(packed);
    expect(paths.length).toBeGreaterThan(libraries.length);
    const programs = { exported: importAll(paths), [installation.program]: installation.source, outbox, transactional };
    for (const compiler of installation.compilers) expect(await project.compile(programs, compiler)).toBe('');
    const { stdout } = await project.node(['out/exported.js']);
    expect(lastLine(stdout)).toEqual(paths.map(() => expect.any(Number)));
  });

  it.each([esModules, commonJs] as const)(
    "run the README's program: two bookings confirmed, one rejected: %s",
    async (name) => {
      const stdout = await run(name, installations[name].program);
      expect(stdout.match(/booking-\d/g)).toEqual(['booking-1', 'booking-2', 'booking-3']);
      expect(stdout.match(/'(confirmed|rejected|pending)'/g)?.toSorted()).toEqual([
        "'confirmed'",
        "'confirmed'",
        "'rejected'",
      ]);
    },
  );

  it('publish what was committed and nothing that was rolled back, with an outbox only', async () => {
    expect(lastLine(await run(byExtent(esModules, outboxOnly), 'outbox'))).toEqual({
      accounts: [{ account_id: 'a', balance: 60 }],
      published: [
        { key: 'a', accountId: 'a', balance: 90 },
        { key: 'a', accountId: 'a', balance: 60 },
      ],
    });
  });

  it.each(
    byExtent(
      [commonJs] as const,
      all.map(([name]) => name),
    ),
  )('run a transactional handler once for each message: %s', async (name) => {
    const service = `${installations[name].program}-loads`;
    const program = 'transactional';
    // In the full extent it is killed while it handles, and started again.
    for (const line of byExtent([], ['loaded depot-0 4', 'loaded depot-1 11']))
      await projects[name].killAt(line, program, await environment(service));
    const { stdout } = await projects[name].node([`out/${program}.js`], await environment(service));
    const depots = ['depot-0', 'depot-1', 'depot-2'];
    expect(lastLine(stdout)).toEqual({
      vans: depots.map((depot) => ({ depot, load: 20, version: 21 })),
      table: 'vans',
      loaded: depots.map((depot) => ({ depot, loads: 20, distinct: 20, last: 20 })),
      operations: [
        `${service}.send.${service}.shipments`,
        `${service}.send.${service}.vans`,
        `${service}.receive.${service}.shipments`,
        `${service}.loaded.receive.${service}.vans`,
      ],
    });
  });

  it("bring the operator's command, which works on the program's database", async () => {
    for (const name of [esModules, commonJs] as const) {
      const { program } = installations[name];
      const tradewind = join('node_modules', '.bin', 'tradewind');
      const database = ['--database', `${program}=${(await environment(program))['DATABASE_URL']}`];
      const { stdout } = await projects[name].node([tradewind, 'sagas', 'list', '--json', ...database]);
      expect(JSON.parse(stdout)).toEqual([]);
      expect((await projects[name].node([tradewind, 'dead-letters', 'list', ...database])).stdout).not.toBe('');
      await expect(projects[name].node([tradewind, 'dead-letters', 'list'])).rejects.toMatchObject({ code: 2 });
    }
  });
});
