import { describe, expect, it } from '@jest/globals';
import { environmentDrift, variablesInText } from './environment.mjs';

const text = (path, words) => ({ path, text: words });

describe('the variables that are read', () => {
  it.each([
    ['tools/ops/where.ts', "const brokers = env['KAFKA_BROKERS'] || 'x';", ['KAFKA_BROKERS']],
    ['tools/platform/prepare.mjs', 'if (!process.env.JAVA_HOME) x();', ['JAVA_HOME']],
    [
      'tools/platform/start.ts',
      'const { DATABASE_URL: databaseUrl, KAFKA_BROKERS } = process.env;',
      ['DATABASE_URL', 'KAFKA_BROKERS'],
    ],
    ['tools/provider/settings.ts', "whole(environment, 'PORT', 1, 2)", ['PORT']],
    ['tools/shop/cli.ts', ".addOption(new Option('--gateway').env('GATEWAY_URL'))", ['GATEWAY_URL']],
    ['docker-compose.yml', 'DATA_KEY_SECRET: ${DATA_KEY_SECRET:?set it}', ['DATA_KEY_SECRET']],
    ['tools/ops/where.spec.ts', "env['ONLY_A_TEST']", []],
    ['apps/order/src/domain/order.ts', "env['NEVER']", []],
  ])('are found in %s', (path, words, names) => expect([...variablesInText([text(path, words)])]).toEqual(names));
});

describe('.env.example', () => {
  const example = '# What it is for.\n# PORT=3000\nSECRET=\n# Prose that mentions OTHER=1 inside.\n';
  const read = new Set(['PORT', 'SECRET']);

  it('agrees with its readers', () =>
    expect(
      environmentDrift(
        example,
        read,
        new Map([
          ['PORT', '3000'],
          ['SECRET', undefined],
        ]),
      ),
    ).toEqual([]));
  it('lacks what is read', () =>
    expect(environmentDrift(example, new Set([...read, 'NEW']), new Map())).toEqual([
      '.env.example does not tell of NEW, which is read',
    ]));
  it('tells of what nobody reads', () =>
    expect(environmentDrift(example, new Set(['PORT']), new Map())).toEqual([
      '.env.example tells of SECRET, which nobody reads',
    ]));
  it('tells another default', () =>
    expect(environmentDrift(example, read, new Map([['PORT', '80']]))).toEqual([
      '.env.example says PORT=3000, and its default is "80"',
    ]));
});
