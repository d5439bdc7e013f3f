import { Inject, Injectable } from '@nestjs/common';
import type { Role, UserId } from '@tradewind/contracts';
import { Clock, tokenAudience, tokenIssuer, tokenType } from '@tradewind/service';
import { SignJWT } from 'jose';
import { UserConfig } from '../user.config.js';
import { SigningKeyRotation } from './signing-key-rotation.js';

/** Signs access tokens. Every service verifies them without calling this one. */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly keys: SigningKeyRotation,
    private readonly config: UserConfig,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  get lifetimeSeconds(): number {
    return this.config.ACCESS_TOKEN_SECONDS;
  }

  /** Rejects with Transient while there is no key to sign with. Call it before a change that must not be lost. */
  async ready(): Promise<void> {
    await this.keys.current();
  }

  /** Rejects with Transient while the first key is not on its topic. */
  async sign(userId: UserId, role: Role, sessionId: string): Promise<string> {
    const { kid, privateKey } = await this.keys.current();
    const now = Math.floor(this.clock.now().getTime() / 1_000);
    return new SignJWT({ role, sid: sessionId })
      .setProtectedHeader({ alg: 'EdDSA', kid, typ: tokenType })
      .setIssuer(tokenIssuer)
      .setAudience(tokenAudience)
      .setSubject(userId)
      .setIssuedAt(now)
      .setExpirationTime(now + this.lifetimeSeconds)
      .sign(privateKey);
  }
}
