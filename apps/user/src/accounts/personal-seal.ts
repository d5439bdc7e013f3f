import { Inject, Injectable } from '@nestjs/common';
import type { UserId } from '@tradewind/contracts';
import {
  blindIndexesWith,
  blindIndexWith,
  dataKeySecrets,
  newDataKey,
  Randomness,
  sealWith,
  unsealWith,
  unwrap,
  wrap,
  type KeySecrets,
} from '@tradewind/service';
import { normaliseEmail } from './email.js';
import { UserConfig } from '../user.config.js';

export type PersonalField = 'user.email' | 'user.name' | 'user.mail';

/** Seals and unseals personal data with the data keys of this service's own tables. */
@Injectable()
export class PersonalSeal {
  readonly secrets: KeySecrets;

  constructor(
    config: UserConfig,
    @Inject(Randomness) private readonly randomness: Randomness,
  ) {
    this.secrets = dataKeySecrets(config.DATA_KEY_SECRET);
  }

  /** A new data key, wrapped. */
  newKey(userId: UserId): string {
    return wrap(this.secrets, userId, newDataKey(this.randomness), this.randomness);
  }

  /** The same key, wrapped with the current secret. */
  rewrap(ownerId: string, wrappedKey: string): string {
    return wrap(this.secrets, ownerId, unwrap(this.secrets, ownerId, wrappedKey), this.randomness);
  }

  /** `record` is the id of the row, where it is not the person's own. */
  seal(userId: UserId, wrappedKey: string, field: PersonalField, clear: string, record: string = userId): string {
    const key = unwrap(this.secrets, userId, wrappedKey);
    return sealWith(key, userId, { field, record }, clear, this.randomness);
  }

  open(userId: UserId, wrappedKey: string, field: PersonalField, sealed: string, record: string = userId): string {
    return unsealWith(unwrap(this.secrets, userId, wrappedKey), { field, record }, sealed);
  }

  /** Shows that this deployment made the text. */
  prove(text: string): string {
    return blindIndexWith(this.secrets, text);
  }

  emailIndex(email: string): string {
    return blindIndexWith(this.secrets, normaliseEmail(email));
  }

  /** During a rotation of the secret an account may still have an earlier one. The current one is the first. */
  emailIndexes(email: string): readonly string[] {
    return blindIndexesWith(this.secrets, normaliseEmail(email));
  }
}
