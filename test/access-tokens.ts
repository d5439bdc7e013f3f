import { randomUUID } from 'node:crypto';
import type { Role } from '@tradewind/contracts';
import { tokenAudience, tokenIssuer, tokenType } from '@tradewind/service';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { DataSource } from 'typeorm';

export interface TokenOptions {
  readonly role?: Role;
  readonly userId?: string;
  /** `2s`. Default: one hour. */
  readonly expiresIn?: string;
}

const keyId = 'test';

/** Signs access tokens with a key that a service of the shop knows. */
export class AccessTokens {
  private constructor(private readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey']) {}

  /** Adds the public key to the service's copy of signing keys. */
  static async create(dataSource: DataSource): Promise<AccessTokens> {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA');
    await dataSource.query(
      "insert into svc_signing_keys (kid, public_key, not_before, not_after) values ($1, $2, now(), now() + interval '1 day')",
      [keyId, (await exportJWK(publicKey)).x],
    );
    return new AccessTokens(privateKey);
  }

  /** Default: a customer with a new user id. */
  sign({ role = 'customer', userId = randomUUID(), expiresIn = '1h' }: TokenOptions = {}): Promise<string> {
    return new SignJWT({ role })
      .setProtectedHeader({ alg: 'EdDSA', kid: keyId, typ: tokenType })
      .setSubject(userId)
      .setIssuer(tokenIssuer)
      .setAudience(tokenAudience)
      .setIssuedAt()
      .setExpirationTime(expiresIn)
      .sign(this.privateKey);
  }
}
