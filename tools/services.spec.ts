import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { topics } from '@tradewind/contracts';
import { root } from './platform/process/paths.js';
import { databaseServices, isDatabaseService, serviceNames, services } from './services.js';

const text = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('the list of services', () => {
  it('has every app that runs as a service', () => {
    const apps = readdirSync(join(root, 'apps')).filter((app) => existsSync(join(root, 'apps', app, 'src/main.ts')));
    expect(serviceNames.toSorted()).toEqual(apps.toSorted());
  });
  it('has a database for every app with migrations', () => {
    const apps = readdirSync(join(root, 'apps')).filter((app) => existsSync(join(root, 'apps', app, 'migrations')));
    expect(databaseServices.toSorted()).toEqual(apps.toSorted());
  });
  it('has the owner of every topic', () => {
    const owners = Object.values(topics).flatMap(({ owner }) => (owner === 'platform' ? [] : [owner]));
    expect(owners.filter((owner) => !isDatabaseService(owner))).toEqual([]);
  });
  it('has different ports', () => expect(new Set(services.map(({ port }) => port)).size).toBe(services.length));
});

describe('docker-compose.yml', () => {
  it.each(services)('runs $name with what it needs', ({ name, database, sealsData, callsProvider }) => {
    const service = new RegExp(`^  ${name}:\\n((?:    .*\\n|\\n)+)`, 'm').exec(text('docker-compose.yml'))?.[1] ?? '';
    expect(service).toContain(`dist/apps/${name}/src/main.js`);
    expect(service.includes('DATABASE_URL:')).toBe(database !== null);
    if (database !== null) expect(service).toContain(`@postgres:5432/${database}`);
    expect(service.includes('DATA_KEY_SECRET:')).toBe(sealsData);
    expect(service.includes('PROVIDER_URL:')).toBe(callsProvider);
  });
});

describe('create-databases.sh', () => {
  it('creates the database of every service', () =>
    expect(/^for service in (.*); do$/m.exec(text('deploy/postgres/create-databases.sh'))?.[1]?.split(' ')).toEqual(
      databaseServices,
    ));
});
