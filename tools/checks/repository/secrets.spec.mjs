import { describe, expect, it } from '@jest/globals';
import { secretsIn } from './secrets.mjs';

const found = (text, path = 'apps/cart/src/main.ts') =>
  secretsIn([{ path, text }]).map((problem) => /contains ([^:]*)/.exec(problem)[1]);
/** So that this file contains no secret. */
const joined = (...parts) => parts.join('');

describe('a secret', () => {
  it.each([
    ['a private key', joined('-----BEGIN ', 'PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ')],
    ['a private key', joined('-----BEGIN RSA ', 'PRIVATE KEY-----\nMIIEowIBAAKCAQEA')],
    ['an access key of AWS', joined('AKIA', 'IOSFODNN7EXAMPLE')],
    ['a token of GitHub', joined('ghp_', 'a1'.repeat(18))],
    ['a token of npm', joined('//host/:_auth', 'Token=abc')],
    ['a key of Stripe', joined('sk_', 'live_', '4eC39HqLyjWDarjtT1')],
    ['a signed token', joined('eyJ', 'hbGciOiJIUzI1NiJ9.', 'eyJ', 'zdWIiOiIxMjM0NTY3.', 'x'.repeat(24))],
    ['a random value of a secret', joined('DATA_KEY_', 'SECRET=q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ')],
    [
      'a random value of a secret',
      joined('dataKey: { secret', ": 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ' }").replace(' }', ','),
    ],
  ])('is found: %s', (what, text) => expect(found(`first\n${text}\n`)).toEqual([what]));

  it('is named with its line', () =>
    expect(secretsIn([{ path: '.env', text: joined('A=1\nTOKEN', '=q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ') }])).toEqual([
      expect.stringMatching(/^\.env:2 contains/),
    ]));
});

describe('no secret', () => {
  it.each([
    ['a setting without a value', 'DATA_KEY_SECRET=\n'],
    ['a reference', 'DATA_KEY_SECRET: ${DATA_KEY_SECRET:?set DATA_KEY_SECRET in .env}'],
    ['words', `const password = 'correct-horse-battery-staple';`],
    ['a call', 'const token = await createAccessToken();'],
    ['a token from the environment', '//host/:_authToken=${NPM_TOKEN}'],
    ['a public key', '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA'],
  ])('is reported: %s', (_, text) => expect(found(text)).toEqual([]));
});
