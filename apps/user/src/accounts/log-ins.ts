import { Inject, Injectable } from '@nestjs/common';
import { isRejection, uuidv7 } from '@tradewind/kernel';
import type { UserId } from '@tradewind/contracts';
import { Commands } from '@tradewind/messaging';
import { Clock, Randomness } from '@tradewind/service';
import { endOwnSession, logIn, logOut, rotateToken } from '../commands/sessions.command.js';
import { LoginThrottle } from '../passwords/login-throttle.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { AccountQueries } from '../storage/account.queries.js';
import { SessionQueries, type OpenSessionRow } from '../storage/session.queries.js';
import { AccessTokens } from '../tokens/access-token.js';
import { deviceOf, newDeviceToken } from '../tokens/device-token.js';
import {
  clientMark,
  newRefreshToken,
  refreshTokenHash,
  sealSuccessor,
  unsealSuccessor,
  type Client,
} from '../tokens/refresh-token.js';
import { UserConfig } from '../user.config.js';
import { PersonalSeal } from './personal-seal.js';

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly tokenType: 'Bearer';
  /** Seconds. */
  readonly expiresIn: number;
}

export interface LogInTokens extends Tokens {
  readonly deviceToken: string;
}

/** Where a log-in comes from. */
export interface From {
  readonly address: string;
  readonly deviceToken: string | undefined;
}

/** Log-in, token refresh and log-out. Undefined is a rejection without a reason: a reason would help an attacker. */
@Injectable()
export class LogIns {
  constructor(
    private readonly seal: PersonalSeal,
    private readonly hasher: PasswordHasher,
    private readonly throttle: LoginThrottle,
    private readonly tokens: AccessTokens,
    private readonly queries: AccountQueries,
    private readonly sessions: SessionQueries,
    private readonly config: UserConfig,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Randomness) private readonly randomness: Randomness,
  ) {}

  /** Neither the response nor its time shows whether the e-mail address or only the password is wrong. */
  async logIn(email: string, password: string, from: From): Promise<LogInTokens | undefined> {
    const indexes = this.seal.emailIndexes(email);
    const index = indexes[0]!;
    const prove = (text: string): string => this.seal.prove(text);
    const device = deviceOf(from.deviceToken, index, prove);
    const attempt = { account: index, address: from.address, device };
    await this.throttle.admit(attempt);
    const credential = await this.queries.byEmail(indexes);
    if (!(await this.hasher.verify(credential?.passwordHash, password)) || !credential) return undefined;
    this.throttle.succeeded(attempt);
    const refreshToken = newRefreshToken(this.randomness);
    const sessionId = uuidv7(this.clock.now().getTime(), this.randomness.bytes(10));
    await this.tokens.ready(); // fails before the session is opened
    const opened = await this.commands.run(logIn, {
      sessionId,
      userId: credential.userId,
      passwordHash: credential.passwordHash,
      tokenHash: refreshTokenHash(refreshToken),
      lifetimeMs: this.config.SESSION_DAYS * 86_400_000,
    });
    if (isRejection(opened)) return undefined;
    const accessToken = await this.tokens.sign(opened.userId, opened.role, sessionId);
    const deviceToken = (device && from.deviceToken) ?? newDeviceToken(index, prove, this.randomness);
    return { ...this.#response(accessToken, refreshToken), deviceToken };
  }

  /** A repetition by the same client within the grace period gets the same refresh token. */
  async refresh(refreshToken: string, client: Client): Promise<Tokens | undefined> {
    const next = newRefreshToken(this.randomness);
    await this.tokens.ready(); // fails before the old token is used
    const tokenHash = refreshTokenHash(refreshToken);
    const result = await this.commands.run(rotateToken, {
      tokenHash,
      next: {
        hash: refreshTokenHash(next),
        sealed: sealSuccessor(refreshToken, next, this.randomness),
        client: clientMark(refreshToken, client),
      },
      graceMs: this.config.REFRESH_GRACE_SECONDS * 1_000,
      ...(await this.sessions.ownerOf(tokenHash)),
    });
    if (isRejection(result) || !result.refreshed) return undefined;
    const newest = result.successor === undefined ? next : unsealSuccessor(refreshToken, result.successor);
    return this.#response(await this.tokens.sign(result.userId, result.role, result.sessionId), newest);
  }

  async logOut(refreshToken: string): Promise<void> {
    await this.commands.run(logOut, { tokenHash: refreshTokenHash(refreshToken) });
  }

  /** The open sessions of a person, newest first. */
  sessionsOf(userId: UserId, before: string | undefined, limit: number): Promise<readonly OpenSessionRow[]> {
    return this.sessions.openOf(userId, before, limit);
  }

  /** False: it is not a session of this person. */
  async endSession(userId: UserId, sessionId: string): Promise<boolean> {
    return !isRejection(await this.commands.run(endOwnSession, { userId, sessionId }));
  }

  #response(accessToken: string, refreshToken: string): Tokens {
    return { accessToken, refreshToken, tokenType: 'Bearer', expiresIn: this.tokens.lifetimeSeconds };
  }
}
