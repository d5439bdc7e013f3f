import { describe, expect, it } from '@jest/globals';
import { environmentProblems, variablesInText } from './environment.mjs';

const file = (path, text) => ({ path, text });

describe('the variables that are read', () => {
  it.each([
    ['tools/audit/where.ts', "const brokers = env['KAFKA_BROKERS'] || 'x';", ['KAFKA_BROKERS']],
    ['tools/platform/prepare.mjs', 'if (!process.env.JAVA_HOME) x();', ['JAVA_HOME']],
    [
      'tools/platform/start.ts',
      'const { DATABASE_URL: databaseUrl, KAFKA_BROKERS } = process.env;',
      ['DATABASE_URL', 'KAFKA_BROKERS'],
    ],
    ['tools/provider/settings.ts', "whole(environment, 'PORT', 1, 2)", ['PORT']],
    ['tools/shop/cli.ts', ".addOption(new Option('--gateway').env('GATEWAY_URL'))", ['GATEWAY_URL']],
    ['docker-compose.yml', 'DATA_KEY_SECRET: ${DATA_KEY_SECRET:?set it}', ['DATA_KEY_SECRET']],
    ['tools/audit/where.spec.ts', "env['ONLY_A_TEST']", []],
    ['apps/order/src/domain/order.ts', "env['NEVER']", []],
  ])('are found in %s', (path, text, names) => expect([...variablesInText([file(path, text)])]).toEqual(names));
});

describe('.env.example', () => {
  const example = '# What it is for.\n# PORT=3000\nSECRET=\n# Prose that mentions OTHER=1 inside.\n';
  const read = new Set(['PORT', 'SECRET']);

  it('that matches the code has no problem', () =>
    expect(
      environmentProblems(
        example,
        read,
        new Map([
          ['PORT', '3000'],
          ['SECRET', undefined],
        ]),
      ),
    ).toEqual([]));
  it('that lacks a variable is reported', () =>
    expect(environmentProblems(example, new Set([...read, 'NEW']), new Map())).toEqual([
      '.env.example: NEW is read, but not documented',
    ]));
  it('that has an unused variable is reported', () =>
    expect(environmentProblems(example, new Set(['PORT']), new Map())).toEqual([
      '.env.example: SECRET is documented, but not read',
    ]));
  it('that has another default is reported', () =>
    expect(environmentProblems(example, read, new Map([['PORT', '80']]))).toEqual([
      '.env.example: PORT is 3000, but its default is "80"',
    ]));
});
