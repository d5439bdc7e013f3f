import { Inject, Injectable } from '@nestjs/common';
import type { UserId } from '@tradewind/contracts';
import {
  blindIndexWith,
  dataKeySecret,
  newDataKey,
  Randomness,
  sealWith,
  unsealWith,
  unwrap,
  wrap,
} from '@tradewind/service';
import { normaliseEmail } from '../domain/email.js';
import { UserConfig } from '../user.config.js';

/** Seals and unseals personal data with the data keys of this service's own tables. */
@Injectable()
export class PersonalSeal {
  readonly #secret: Buffer;

  constructor(
    config: UserConfig,
    @Inject(Randomness) private readonly randomness: Randomness,
  ) {
    this.#secret = dataKeySecret(config.DATA_KEY_SECRET);
  }

  /** A new data key, wrapped. */
  newKey(userId: UserId): string {
    return wrap(this.#secret, userId, newDataKey(this.randomness), this.randomness);
  }

  seal(userId: UserId, wrappedKey: string, clear: string): string {
    return sealWith(unwrap(this.#secret, userId, wrappedKey), userId, clear, this.randomness);
  }

  open(userId: UserId, wrappedKey: string, sealed: string): string {
    return unsealWith(unwrap(this.#secret, userId, wrappedKey), sealed);
  }

  emailIndex(email: string): string {
    return blindIndexWith(this.#secret, normaliseEmail(email));
  }
}
