import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { problemForNow } from '@tradewind/service';
import { UserConfig } from '../user.config.js';
import { NoTurnLeft, Turns } from './turns.js';

/** argon2id at the strength that OWASP asks for: 19 MiB, two passes, one lane. */
const strength = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** The hash of a password that nobody has: what an unknown person's password is compared with, so that the answer takes as long. */
const nobodys = '$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlzIQ$Xc5v1vXW8rAqBdzP0u5mB7w2cC1yGkYb3rJq0u6m9hA';

/** Bounded: so many at once, so many waiting, one more is answered 503 with Retry-After. */
@Injectable()
export class PasswordHasher {
  readonly #turns: Turns;

  constructor(config: UserConfig) {
    this.#turns = new Turns(config.PASSWORD_HASHES_AT_ONCE, config.PASSWORD_HASHES_WAITING);
  }

  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(normalised(password), strength));
  }

  /** Takes as long, and says no, where there is no hash. */
  verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    return this.#inTurn(
      async () => (await verify(passwordHash ?? nobodys, normalised(password))) && passwordHash !== undefined,
    );
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#turns.take(work);
    } catch (error) {
      if (error instanceof NoTurnLeft)
        throw problemForNow(503, 'busy', 'too many people are logging in at this moment: try again', 2);
      throw error;
    }
  }
}

/** The same letters typed on another keyboard are the same password. */
const normalised = (password: string): string => password.normalize('NFC');
