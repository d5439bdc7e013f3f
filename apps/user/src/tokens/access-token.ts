import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { UserId } from '@tradewind/kernel';
import { Clock, type Randomness, tokenAudience, tokenIssuer } from '@tradewind/service';
import { SignJWT } from 'jose';
import type { Role } from '../domain/account.js';
import { UserConfig } from '../user.config.js';
import { SigningKeeper } from './signing-keeper.js';

/** Says who its holder is, to every service, without asking anybody. */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly keys: SigningKeeper,
    private readonly config: UserConfig,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  get lifetimeSeconds(): number {
    return this.config.ACCESS_TOKEN_SECONDS;
  }

  /** Rejects with Transient while no key can sign: ask before anything is used up for a token. */
  async ready(): Promise<void> {
    await this.keys.current();
  }

  /** Rejects with Transient while the very first key is not on its topic. */
  async sign(userId: UserId, role: Role): Promise<string> {
    const { kid, privateKey } = await this.keys.current();
    const now = Math.floor(this.clock.now().getTime() / 1_000);
    return new SignJWT({ role })
      .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'JWT' })
      .setIssuer(tokenIssuer)
      .setAudience(tokenAudience)
      .setSubject(userId)
      .setIssuedAt(now)
      .setExpirationTime(now + this.lifetimeSeconds)
      .sign(privateKey);
  }
}

/** 256 random bits, base64url. Kept as their hash only: they are no password, so a fast hash is enough. */
export const newRefreshToken = (random: Randomness): string => Buffer.from(random.bytes(32)).toString('base64url');
export const refreshTokenHash = (token: string): string => createHash('sha256').update(token).digest('base64url');
