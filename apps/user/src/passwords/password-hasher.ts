import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { temporaryProblem } from '@tradewind/service';
import { UserConfig } from '../user.config.js';
import { QueueFull, ConcurrencyLimit } from './concurrency-limit.js';

/** argon2id with the parameters that OWASP recommends: 19 MiB, two passes, one lane. */
const hashParameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Compared with the password for an unknown e-mail address, so that the response takes the same time. */
const dummyHash = '$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlzIQ$Xc5v1vXW8rAqBdzP0u5mB7w2cC1yGkYb3rJq0u6m9hA';

/** Limits the hashes that run and that wait; one more is answered 503 with Retry-After. */
@Injectable()
export class PasswordHasher {
  readonly #limit: ConcurrencyLimit;

  constructor(config: UserConfig) {
    this.#limit = new ConcurrencyLimit(config.PASSWORD_HASHES_AT_ONCE, config.PASSWORD_HASHES_WAITING);
  }

  hash(password: string): Promise<string> {
    return this.#limited(() => hash(normalised(password), hashParameters));
  }

  /** Without a hash it takes the same time and resolves to false. */
  verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    return this.#limited(
      async () => (await verify(passwordHash ?? dummyHash, normalised(password))) && passwordHash !== undefined,
    );
  }

  async #limited<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await this.#limit.run(task);
    } catch (error) {
      if (error instanceof QueueFull)
        throw temporaryProblem(503, 'busy', 'too many people are logging in at the moment: try again', 2);
      throw error;
    }
  }
}

/** Unicode allows several encodings of one character: all of them are the same password. */
const normalised = (password: string): string => password.normalize('NFC');
