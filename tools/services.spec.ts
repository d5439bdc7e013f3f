import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { topics } from '@tradewind/contracts';
import { parse } from 'yaml';
import { kafkaUsers } from './kafka-users.js';
import { closedProperties } from './platform/kafka/closed-listeners.js';
import { root } from './platform/process/paths.js';
import { applications, databaseServices, isDatabaseService, serviceNames, services } from './services.js';

const text = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('the list of services', () => {
  it('has, with the list of applications, every app that runs', () => {
    const apps = readdirSync(join(root, 'apps')).filter((app) => existsSync(join(root, 'apps', app, 'src/main.ts')));
    expect([...serviceNames, ...applications.map(({ name }) => name)].toSorted()).toEqual(apps.toSorted());
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

describe('deploy/compose.secure.yml', () => {
  interface Part {
    readonly environment?: Readonly<Record<string, string>>;
    readonly secrets?: readonly { readonly source: string; readonly target: string }[];
  }
  const compose = parse(text('deploy/compose.secure.yml'), { merge: true }) as {
    readonly services: Readonly<Record<string, Part>>;
    readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  };
  const logsInAs = (part: Part | undefined, user: string): void => {
    expect(part?.environment).toMatchObject({
      KAFKA_SSL_CA_FILE: '/run/kafka-logins/ca.pem',
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: user,
      KAFKA_SASL_PASSWORD_FILE: '/run/secrets/login',
    });
    expect(part?.secrets).toEqual([
      { source: user, target: 'login' },
      { source: 'ca', target: '/run/kafka-logins/ca.pem' },
    ]);
  };

  it.each(serviceNames)('gives %s a login of its own', (name) => logsInAs(compose.services[name], name));
  it.each([
    ['acls', 'platform'],
    ['topics', 'operator'],
    ['admin', 'user'],
    ['audit', 'audit'],
    ['tradewind', 'operator'],
  ])('runs %s as %s', (name, user) => logsInAs(compose.services[name], user));
  it.each([...databaseServices, 'admin', 'audit', 'tradewind'])(
    'encrypts the connections of %s to PostgreSQL',
    (name) =>
      expect(compose.services[name]?.environment).toMatchObject({
        PGSSLMODE: 'verify-full',
        NODE_EXTRA_CA_CERTS: '/run/kafka-logins/ca.pem',
      }),
  );
  it('has the file of each login, and of no other user', () => {
    const { ca, ...logins } = compose.secrets;
    expect(ca?.file).toBe('./deploy/secrets/logins/ca.pem');
    expect(
      Object.entries(logins).map(([user, { file }]) => file === `./deploy/secrets/logins/${user}.password`),
    ).not.toContain(false);
    expect(Object.keys(logins).toSorted()).toEqual(kafkaUsers.toSorted());
  });
  it('closes the listeners of its broker as npm start -- --secure does', () => {
    const access = {
      certificateFile: '$logins/certificates/broker.pem',
      caFile: '$logins/ca.pem',
      users: { platform: '$(cat "$logins/platform.password")' },
      superUser: 'platform',
    };
    const script = text('deploy/kafka/start-secure.sh');
    for (const [name, value] of Object.entries(closedProperties(access)))
      expect(script).toContain(`\n${name}=${value}\n`);
    expect(script).not.toContain('PLAINTEXT');
  });
});

describe('create-databases.sh', () => {
  it('creates the database of every service', () =>
    expect(/^for service in (.*); do$/m.exec(text('deploy/postgres/create-databases.sh'))?.[1]?.split(' ')).toEqual(
      databaseServices,
    ));
});
