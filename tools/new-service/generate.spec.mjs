import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { composeProblems } from '../checks/repository/compose.mjs';
import { databaseProblems, projectProblems } from '../checks/repository/deployment.mjs';
import { rules } from '../checks/repository/rules.mjs';
import { readTree } from '../checks/repository/tree.mjs';
import { root } from '../checks/run-checks.mjs';
import { edits } from './edits.mjs';
import { nextPort, plan, templates } from './generate.mjs';

const name = 'generated-example';

const settingsOfEveryService = [
  'KAFKA_BROKERS',
  'SIGNING_ROOT_PUBLIC_KEY',
  'LOG_LEVEL',
  'PORT',
  'OPERATIONS_PORT',
  'MIGRATIONS',
  'DATABASE_URL',
  'MIGRATION_DATABASE_URL',
  'DATA_KEY_SECRET',
  'PUBLIC_URL',
];
const secretFilesOf = (service) => [
  'data-key-secret',
  'signing-root-public-key',
  `databases/${service}`,
  `databases/${service}-owner`,
];

describe('a new service', () => {
  let files;
  let before;
  let after;
  beforeAll(async () => {
    files = await plan(root, name);
    before = new Map(readTree(root).map((file) => [file.path, file]));
    after = new Map(before);
    for (const { path, text } of [...files.added, ...files.changed]) after.set(path, { path, text, size: text.length });
  });

  it('has a file of each template, none of which exists', () => {
    expect(files.added).toHaveLength(templates.length);
    expect(files.added.filter(({ path }) => existsSync(join(root, path)))).toEqual([]);
  });

  it('leaves no name of the template', () => {
    const left = [...files.added, ...files.changed].filter(
      ({ path, text }) => /new-?service/i.test(path) || /newService|NewService|NEW_SERVICE/.test(text),
    );
    expect(left.map(({ path }) => path)).toEqual([]);
  });

  it('breaks no rule of the repository', () => {
    const tree = [...after.values()];
    expect(rules.flatMap((rule) => rule(tree))).toEqual([]);
  });

  it('is in every list of services', () => {
    const services = [
      ...after.get('tools/services.ts').text.matchAll(/name: '([\w-]+)',\s+database: ('?[\w-]+'?),\s+port: (\d+)/g),
    ].map(([, service, database, port]) => ({
      name: service,
      database: database === 'null' ? null : database.replaceAll("'", ''),
      port: Number(port),
    }));
    const added = { ...services.find((service) => service.name === name), sealsData: true, callsProvider: false };
    expect(added).toMatchObject({ database: name, port: expect.any(Number) });
    const about = (problems) => problems.filter((problem) => problem.includes(name));
    expect(about(projectProblems([...after.values()], [added]))).toEqual([]);
    expect(
      about(
        composeProblems(after.get('docker-compose.yml').text, {
          services: [added],
          providerPort: 3010,
          settingsOf: () => new Set(settingsOfEveryService),
          secretFiles: secretFilesOf(name),
        }),
      ),
    ).toEqual([]);
    const databases = services.filter(({ database }) => database !== null);
    expect(databaseProblems(after.get('deploy/postgres/create-databases.sh').text, databases)).toEqual([]);
    expect(after.get('.env.example').text).toContain(`# GENERATED_EXAMPLE_PORT=${added.port}\n`);
  });

  it('changes only lines that are about it', () => {
    for (const { path, text } of files.changed) {
      const withoutSpaces = (all) => all.replaceAll(/[\s|-]+/g, '');
      const remaining = new Set(text.split('\n').map(withoutSpaces));
      const lost = before
        .get(path)
        .text.split('\n')
        .map(withoutSpaces)
        .filter((line) => !remaining.has(line));
      expect({ path, lost: lost.length }).toEqual({ path, lost: expect.any(Number) });
      expect(lost.length).toBeLessThanOrEqual(1);
    }
  });

  it('is added once: the same change again changes nothing', () => {
    for (const { path, apply } of edits) {
      const port = nextPort(before.get('tools/services.ts').text, before.get('.env.example').text);
      const once = apply(before.get(path).text, name, port);
      expect(once).not.toBe(before.get(path).text);
      expect(apply(once, name, port)).toBe(once);
    }
  });
});

describe('a list whose place for a service is missing', () => {
  it.each(edits.map(({ path, apply }) => [path, apply]))('ends the command with one line: %s', (_, apply) =>
    expect(() => apply('changed by hand\n', name, '3006')).toThrow(/^cannot find [^\n]+$/),
  );
});

describe('the port of a new service', () => {
  it('is the next one that no service and no other process has', () =>
    expect(nextPort('port: 3009,\nport: 3001', '# PROVIDER_PORT=3010\n# OTHER_PORT=3011\n')).toBe('3012'));
});
