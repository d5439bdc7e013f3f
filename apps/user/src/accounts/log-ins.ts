import { Inject, Injectable } from '@nestjs/common';
import { isRefusal } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import { Randomness } from '@tradewind/service';
import { logIn, logOut, rotate } from '../commands/sessions.command.js';
import { LoginThrottle } from '../passwords/login-throttle.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { AccountQueries } from '../storage/account.queries.js';
import { AccessTokens, newRefreshToken, refreshTokenHash } from '../tokens/access-token.js';
import { UserConfig } from '../user.config.js';
import { PersonalSeal } from './personal-seal.js';

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly tokenType: 'Bearer';
  /** Seconds. */
  readonly expiresIn: number;
}

/** Logging in, staying logged in, logging out. Undefined is a no without a reason: reasons would help a guesser. */
@Injectable()
export class LogIns {
  constructor(
    private readonly seal: PersonalSeal,
    private readonly hasher: PasswordHasher,
    private readonly throttle: LoginThrottle,
    private readonly tokens: AccessTokens,
    private readonly queries: AccountQueries,
    private readonly config: UserConfig,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Randomness) private readonly randomness: Randomness,
  ) {}

  /** Whether the person or only the password is wrong shows neither in the answer nor in its time. */
  async logIn(email: string, password: string, address: string): Promise<Tokens | undefined> {
    const index = this.seal.emailIndex(email);
    await this.throttle.admit(address, index);
    const proof = await this.queries.byEmail(index);
    if (!(await this.hasher.verify(proof?.passwordHash, password)) || !proof) return undefined;
    this.throttle.succeeded(address, index);
    const refreshToken = newRefreshToken(this.randomness);
    const accessToken = await this.tokens.sign(proof.userId, proof.role);
    const opened = await this.commands.run(logIn, {
      userId: proof.userId,
      tokenHash: refreshTokenHash(refreshToken),
      lifetime: this.config.SESSION_DAYS * 86_400_000,
    });
    return isRefusal(opened) ? undefined : this.#answer(accessToken, refreshToken);
  }

  async refresh(refreshToken: string): Promise<Tokens | undefined> {
    const next = newRefreshToken(this.randomness);
    await this.tokens.ready(); // before the old token is used up
    const done = await this.commands.run(rotate, {
      tokenHash: refreshTokenHash(refreshToken),
      nextHash: refreshTokenHash(next),
    });
    if (isRefusal(done) || !done.refreshed) return undefined;
    return this.#answer(await this.tokens.sign(done.userId, done.role), next);
  }

  async logOut(refreshToken: string): Promise<void> {
    await this.commands.run(logOut, { tokenHash: refreshTokenHash(refreshToken) });
  }

  #answer(accessToken: string, refreshToken: string): Tokens {
    return { accessToken, refreshToken, tokenType: 'Bearer', expiresIn: this.tokens.lifetimeSeconds };
  }
}
