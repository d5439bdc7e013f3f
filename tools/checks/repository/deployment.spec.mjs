import { describe, expect, it } from '@jest/globals';
import {
  composeProblems,
  composeServices,
  databaseProblems,
  imageProblems,
  programProblems,
  projectProblems,
} from './deployment.mjs';

const services = [
  { name: 'user', database: 'user', port: 3001, sealsData: true, callsProvider: false },
  { name: 'payment', database: 'payment', port: 3005, sealsData: false, callsProvider: true },
  { name: 'gateway', database: null, port: 3000, sealsData: false, callsProvider: false },
];

const compose = `name: tradewind

x-confined: &confined
  read_only: true
  cap_drop: [ALL]
  security_opt: ['no-new-privileges:true']
  pids_limit: 100
  mem_limit: 768m

x-service: &service
  <<: *confined
  image: tradewind

services:
  postgres:
    environment:
      USER_DATABASE_PASSWORD: a
      USER_OWNER_PASSWORD: b
      PAYMENT_DATABASE_PASSWORD: c
      PAYMENT_OWNER_PASSWORD: d

  provider:
    <<: *confined
    image: tradewind
    environment:
      PORT: '3010'

  user:
    <<: *service
    command: [node, dist/apps/user/src/main.js]
    environment:
      DATABASE_URL: postgres://user:\${USER_DATABASE_PASSWORD}@postgres:5432/user
      MIGRATION_DATABASE_URL: postgres://user_owner:\${USER_OWNER_PASSWORD}@postgres:5432/user
      DATA_KEY_SECRET: \${DATA_KEY_SECRET}
      PUBLIC_URL: http://user:3000

  payment:
    <<: *service
    command: [node, dist/apps/payment/src/main.js]
    environment:
      DATABASE_URL: postgres://payment:\${PAYMENT_DATABASE_PASSWORD}@postgres:5432/payment
      MIGRATION_DATABASE_URL: postgres://payment_owner:\${PAYMENT_OWNER_PASSWORD}@postgres:5432/payment
      PROVIDER_URL: http://provider:3010
      PROVIDER_API_KEY: \${PROVIDER_API_KEY}
      PROVIDER_WEBHOOK_SECRET: \${PROVIDER_WEBHOOK_SECRET}
      PUBLIC_URL: http://payment:3000

  gateway:
    <<: *service
    command: [node, dist/apps/gateway/src/main.js]
    environment:
      PUBLIC_URL: http://gateway:3000
    ports:
      - '\${GATEWAY_PORT:-3000}:3000'

volumes:
  user:
`;

describe('a docker-compose.yml', () => {
  const problems = (from, to) => composeProblems(compose.replace(from, to), services, 3010);

  it('has its services by name', () =>
    expect([...composeServices(compose).keys()]).toEqual(['postgres', 'provider', 'user', 'payment', 'gateway']));
  it('that matches the list of services has no problem', () => expect(problems('', '')).toEqual([]));

  it.each([
    ['lacks a service', /\n {2}payment:/, '\n  payments:', 'has no service payment'],
    ['starts another program', 'apps/user/', 'apps/cart/', 'user has command [node, dist/apps/cart/src/main.js]'],
    ['runs a program that is not a service', 'apps/user/', 'apps/cart/', 'user runs cart, which is not a service'],
    ['has another database', '5432/user', '5432/users', 'user has DATABASE_URL'],
    ['migrates as another role', 'user_owner:', 'user:', 'user has MIGRATION_DATABASE_URL'],
    [
      'creates a role without a password',
      /      USER_OWNER_PASSWORD: .*\n/,
      '',
      'postgres does not get USER_OWNER_PASSWORD',
    ],
    ['lacks a secret', /DATA_KEY_SECRET: .*\n/, '', 'user has DATA_KEY_SECRET false, expected true'],
    ['has another public URL', 'http://user:3000', 'http://user:3001', 'user has PUBLIC_URL http://user:3001'],
    ['publishes another port', ':-3000}', ':-8080}', 'gateway has port ${GATEWAY_PORT:-8080}:3000'],
    ['calls the provider on another port', 'provider:3010', 'provider:3011', 'payment has PROVIDER_URL'],
    ['runs the provider on another port', "'3010'", "'3011'", 'provider has PORT 3011, expected 3010'],
    ['confines not every container', 'provider:\n    <<: *confined\n', 'provider:\n', 'provider is not confined'],
    ['confines less', '  cap_drop: [ALL]\n', '', 'x-confined lacks "cap_drop: [ALL]"'],
    ['runs a container as root', "      PORT: '3010'\n", "      PORT: '3010'\n    user: root\n", 'the rights of root'],
  ])('that %s is reported', (_case, from, to, message) =>
    expect(problems(from, to)).toContainEqual(expect.stringContaining(message)),
  );
});

describe('the script of the databases', () => {
  it('creates those of the services', () =>
    expect(databaseProblems('for service in user payment; do\n', services)).toEqual([]));
  it('is reported when it creates others', () =>
    expect(databaseProblems('for service in user; do\n', services)).toEqual([
      'deploy/postgres/create-databases.sh: creates the databases "user", expected "user payment"',
    ]));
});

describe('the projects', () => {
  const file = (path, text) => ({ path, text });
  it('are reported when nest-cli.json or the Dockerfile lacks one', () =>
    expect(
      projectProblems(
        [
          file('libs/kernel/package.json', '{}'),
          file('libs/saga/package.json', '{}'),
          file('nest-cli.json', '{"projects":{"user":{},"payment":{},"kernel":{},"saga":{}}}'),
          file('tsconfig.json', '{ "path": "apps/user" }, { "path": "apps/payment" }, { "path": "apps/gateway" }'),
          file('test/tsconfig.json', '{ "path": "../apps/user" }, { "path": "../apps/gateway" }'),
          file('deploy/Dockerfile', 'COPY libs/kernel/package.json libs/kernel/\n'),
        ],
        services,
      ),
    ).toEqual([
      'nest-cli.json: has no project gateway',
      'test/tsconfig.json: does not refer to ../apps/payment',
      'deploy/Dockerfile: does not copy libs/saga/package.json before "npm ci"',
    ]));
});

describe('a program that is started', () => {
  it('must have a source', () =>
    expect(
      programProblems([
        { path: 'package.json', text: '"start": "node dist/tools/start/main.js"' },
        { path: 'docker-compose.yml', text: 'command: [node, dist/apps/user/src/main.js]' },
        { path: 'apps/user/src/main.ts', text: '' },
      ]),
    ).toEqual(['package.json: starts dist/tools/start/main.js, which has no source']));
});

describe('the image', () => {
  const dockerfile = 'FROM node AS build\nUSER 1000\nFROM node\nUSER 1000:1000\nCMD ["node"]\n';
  it('runs as a user with a number', () => expect(imageProblems(dockerfile)).toEqual([]));
  it.each(['USER node', 'USER 0', ''])('that runs otherwise is reported: %s', (user) =>
    expect(imageProblems(dockerfile.replace('USER 1000:1000', user))).toHaveLength(1),
  );
});
