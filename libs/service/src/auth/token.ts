import { isRole, userId } from '@tradewind/contracts';
import { isUuid, type Clock } from '@tradewind/kernel';
import { decodeProtectedHeader, importJWK, jwtVerify, type JWTPayload } from 'jose';
import { problem } from '../http/index.js';
import { Lru } from '../cache/lru.js';
import type { User } from './current-user.js';
import type { Revocations } from './revocations.js';

export const tokenIssuer = 'tradewind';
export const tokenAudience = 'tradewind-shop';
/** RFC 9068: no other kind of token passes as an access token. */
export const tokenType = 'at+jwt';
const maxTokenLength = 4_096;
/** The longest lifetime that the user service can be set to (ACCESS_TOKEN_SECONDS). */
const maxLifetimeSeconds = 86_400;
/** Clocks of instances differ by less. */
const clockToleranceSeconds = 60;
const notIssuedHere = 'the access token was not issued by this shop';

export type VerificationKey = Awaited<ReturnType<typeof importKey>>;

/** From the `x` of an Ed25519 JWK. */
export const importKey = (publicKey: string) => importJWK({ kty: 'OKP', crv: 'Ed25519', x: publicKey }, 'EdDSA');

/** Whether tokens signed with the key are accepted at this time. Before `notBefore`, up to the tolerance: clocks differ. */
export const isInForce = (key: { readonly notBefore: Date; readonly notAfter: Date }, now: Date): boolean =>
  key.notBefore.getTime() - clockToleranceSeconds * 1_000 <= now.getTime() && now < key.notAfter;

/** The public keys of access tokens. */
export interface KeyRing {
  /** Waits for a key that may still arrive. Undefined: there is no such key. Throws a 503 problem if that is not known. */
  find(kid: string): Promise<VerificationKey | undefined>;
}

/** Injection token of the key ring. */
export const KeyRing = Symbol('KeyRing');

const unauthenticated = (detail: string) => problem(401, 'not-authenticated', detail);

/** Verifies access tokens against a key ring. Caches a verified token until it expires or its key is retired. */
export class TokenVerifier {
  readonly #verified = new Lru<
    string,
    { readonly user: User; readonly kid: string; readonly key: VerificationKey; readonly expiresAt: number }
  >(10_000);

  constructor(
    private readonly keys: KeyRing,
    private readonly clock: Clock,
    private readonly revocations: Revocations,
  ) {}

  /** Throws a 401 problem for an invalid token, 503 if it is not known whether its key exists. */
  async verify(token: string): Promise<User> {
    if (token.length > maxTokenLength) throw unauthenticated('the access token is too long');
    const now = this.clock.now();
    const known = this.#verified.get(token);
    if (known && known.expiresAt > now.getTime() && (await this.keys.find(known.kid)) === known.key)
      return this.#unrevoked(known.user);
    const kid = kidOf(token);
    const key = await this.keys.find(kid);
    if (!key) throw unauthenticated('the access token is signed with an unknown key');
    const { user, expiresAt } = await verifyClaims(token, key, now);
    this.#verified.set(token, { user, kid, key, expiresAt });
    return this.#unrevoked(user);
  }

  /** Throws a 401 problem if the session of the token has ended. */
  #unrevoked(user: User): User {
    if (user.sessionId !== undefined && this.revocations.isRevoked(user.sessionId))
      throw unauthenticated('the session of the access token has ended: log in again');
    return user;
  }
}

function kidOf(token: string): string {
  try {
    const { kid, alg } = decodeProtectedHeader(token);
    if (alg === 'EdDSA' && typeof kid === 'string' && /^[\w-]{1,100}$/.test(kid)) return kid;
  } catch {
    throw unauthenticated("the access token can't be read");
  }
  throw unauthenticated(notIssuedHere);
}

async function verifyClaims(
  token: string,
  key: VerificationKey,
  now: Date,
): Promise<{ user: User; expiresAt: number }> {
  const { payload } = await jwtVerify(token, key, {
    algorithms: ['EdDSA'],
    typ: tokenType,
    issuer: tokenIssuer,
    audience: tokenAudience,
    requiredClaims: ['exp', 'iat', 'sub', 'role'],
    currentDate: now,
  }).catch((error: Error & { code?: string }) => {
    throw unauthenticated(
      error.code === 'ERR_JWT_EXPIRED' ? 'the access token has expired: refresh it' : 'the access token is not valid',
    );
  });
  checkLifetime(payload, now);
  const { sub, exp, role, sid } = payload;
  if (!isUuid(sub) || exp === undefined || !isRole(role)) throw unauthenticated(notIssuedHere);
  if (sid !== undefined && !isUuid(sid)) throw unauthenticated(notIssuedHere);
  const expiresAt = exp * 1_000;
  return { user: { id: userId(sub), role, expiresAt, ...(sid !== undefined && { sessionId: sid }) }, expiresAt };
}

/** A token from the future, or one that outlives every setting of the user service, was not issued by it. */
function checkLifetime({ iat = Number.NaN, exp = Number.NaN }: JWTPayload, now: Date): void {
  const fromFuture = iat > now.getTime() / 1_000 + clockToleranceSeconds;
  if (fromFuture || !(exp - iat <= maxLifetimeSeconds)) throw unauthenticated(notIssuedHere);
}
