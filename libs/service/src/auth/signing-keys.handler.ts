import { Controller } from '@nestjs/common';
import { SigningKeyAnnounced, SigningKeyRetired } from '@tradewind/contracts';
import { Handles, keys, nothing, save, type Decision, type Given } from '@tradewind/messaging';
import { SigningKeys } from './signing-keys.table.js';

const load = { known: keys(SigningKeys, (said: SigningKeyAnnounced | SigningKeyRetired) => [said.kid]) };

/** Keeps the service's own copy of `user.keys`. A retired key never comes back, whatever is repeated. */
@Controller()
export class SigningKeysHandler {
  @Handles(SigningKeyAnnounced, { load, consumer: 'keys' })
  announced({ kid, publicKey, announcedAt, signsFrom }: SigningKeyAnnounced, { known }: Given<typeof load>): Decision {
    if (known.get(kid)?.retiredAt) return nothing();
    return save(SigningKeys, { kid, publicKey, announcedAt: new Date(announcedAt), signsFrom: new Date(signsFrom) });
  }

  @Handles(SigningKeyRetired, { load, consumer: 'keys' })
  retired({ kid }: SigningKeyRetired, { known, now }: Given<typeof load>): Decision {
    if (known.get(kid)?.retiredAt) return nothing();
    return save(SigningKeys, { kid, retiredAt: now });
  }
}
