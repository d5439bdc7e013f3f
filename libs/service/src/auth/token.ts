import { isUuid, userId, type Clock } from '@tradewind/kernel';
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { problem } from '../http/index.js';
import { Lru } from '../lru.js';
import type { Role, User } from './current-user.js';

export const tokenIssuer = 'tradewind';
export const tokenAudience = 'tradewind-shop';
const longest = 4_096;
const roles: readonly unknown[] = ['customer', 'admin'] satisfies Role[];

export type VerificationKey = Awaited<ReturnType<typeof importKey>>;

/** From the `x` of an Ed25519 JWK. */
export const importKey = (publicKey: string) => importJWK({ kty: 'OKP', crv: 'Ed25519', x: publicKey }, 'EdDSA');

/** The public keys that access tokens may be signed with. */
export interface KeyRing {
  /** Undefined: there is no such key. Waits for one that may still arrive; throws a 503 problem where that can't be known. */
  find(kid: string): Promise<VerificationKey | undefined>;
}

/** Injection token of the key ring. */
export const KeyRing = Symbol('KeyRing');

const refused = (detail: string) => problem(401, 'not-authenticated', detail);

/** Verifies access tokens against a key ring. One that was verified is remembered until it expires or its key is gone. */
export class TokenVerifier {
  readonly #verified = new Lru<
    string,
    { readonly user: User; readonly kid: string; readonly key: VerificationKey; readonly expires: number }
  >(10_000);

  constructor(
    private readonly keys: KeyRing,
    private readonly clock: Clock,
  ) {}

  /** Throws a 401 problem for anything but a sound token of ours; 503 where its key can't be known at the moment. */
  async verify(token: string): Promise<User> {
    if (token.length > longest) throw refused('the access token is too long');
    const now = this.clock.now();
    const known = this.#verified.get(token);
    if (known && known.expires > now.getTime() && (await this.keys.find(known.kid)) === known.key) return known.user;
    const kid = kidOf(token);
    const key = await this.keys.find(kid);
    if (!key) throw refused('the access token is signed with a key that is not known');
    const { user, expires } = await read(token, key, now);
    this.#verified.set(token, { user, kid, key, expires });
    return user;
  }
}

function kidOf(token: string): string {
  try {
    const { kid, alg } = decodeProtectedHeader(token);
    if (alg === 'EdDSA' && typeof kid === 'string' && /^[\w-]{1,100}$/.test(kid)) return kid;
  } catch {
    throw refused("the access token can't be read");
  }
  throw refused('the access token is not one of ours');
}

async function read(token: string, key: VerificationKey, now: Date): Promise<{ user: User; expires: number }> {
  const { payload } = await jwtVerify(token, key, {
    algorithms: ['EdDSA'],
    issuer: tokenIssuer,
    audience: tokenAudience,
    requiredClaims: ['exp', 'sub', 'role'],
    currentDate: now,
  }).catch((error: Error & { code?: string }) => {
    throw refused(
      error.code === 'ERR_JWT_EXPIRED' ? 'the access token has expired: refresh it' : 'the access token is not valid',
    );
  });
  if (!isUuid(payload.sub) || !roles.includes(payload['role'])) throw refused('the access token is not one of ours');
  return { user: { id: userId(payload.sub), role: payload['role'] as Role }, expires: payload.exp! * 1_000 };
}
