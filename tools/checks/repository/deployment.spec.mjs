import { describe, expect, it } from '@jest/globals';
import { databaseProblems, imageProblems, programProblems, projectProblems } from './deployment.mjs';

const services = [
  { name: 'user', database: 'user' },
  { name: 'payment', database: 'payment' },
  { name: 'gateway', database: null },
];

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
