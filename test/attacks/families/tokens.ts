import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { Client } from '../../journeys/api/client.js';
import type { Attack } from '../attack.js';

type Json = Record<string, unknown>;

const encode = (part: Json): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const decode = (part = ''): Json => JSON.parse(Buffer.from(part, 'base64url').toString()) as Json;

/** Tokens that differ from a valid one in one respect, by what it is. */
function forgeries(token: string): Record<string, string> {
  const [head = '', claims = '', signature = ''] = token.split('.');
  const [header, content] = [decode(head), decode(claims)];
  const { privateKey } = generateKeyPairSync('ed25519');
  const signed = (one: Json, two: Json): string => {
    const text = `${encode(one)}.${encode(two)}`;
    return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
  };
  const hmac = createHmac('sha256', String(header['kid'])).update(`${head}.${claims}`).digest('base64url');
  return {
    'without a signature': `${encode({ ...header, alg: 'none' })}.${claims}.`,
    'with alg none and a signature': `${encode({ ...header, alg: 'none' })}.${claims}.${signature}`,
    'with an empty signature': `${head}.${claims}.`,
    'with HS256': `${encode({ ...header, alg: 'HS256' })}.${claims}.${hmac}`,
    'of an administrator': `${head}.${encode({ ...content, role: 'admin' })}.${signature}`,
    'that never expires': `${head}.${encode({ ...content, exp: 9_999_999_999 })}.${signature}`,
    'of another person': `${head}.${encode({ ...content, sub: '01991234-5678-7000-8000-00000000000a' })}.${signature}`,
    'signed with another key': signed(header, content),
    'with a key in its header': signed({ ...header, jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AAAA' } }, content),
    'with an unknown key id': signed({ ...header, kid: 'another' }, content),
    'with a path as key id': signed({ ...header, kid: '../../../dev/null' }, content),
    'of 10 kB': `${token}${'A'.repeat(10_000)}`,
    'that is no token': 'x.y.z',
  };
}

/** Tokens that the shop has not issued. */
export const forgedTokens: Attack = {
  name: 'forged tokens',
  async run({ owner, anonymous, operations }, report) {
    const reads = operations.filter(
      ({ method, callers, path }) => method === 'GET' && callers !== 'everybody' && !path.includes('{'),
    );
    for (const [name, token] of Object.entries(forgeries(owner.token!)))
      for (const { path } of reads) {
        const { status } = await new Client(anonymous.url, token).get(path);
        report(`a token ${name} at ${path}`, status === 401 ? undefined : `is answered ${status}, expected 401`);
      }
  },
};
