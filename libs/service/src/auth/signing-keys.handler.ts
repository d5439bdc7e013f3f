import { Controller } from '@nestjs/common';
import { SigningKeyAnnounced, SigningKeyRetired } from '@tradewind/contracts';
import { Handles, rows, nothing, save, type Decision, type HandlerContext } from '@tradewind/messaging';
import { SigningKeys } from './signing-keys.table.js';

const load = { known: rows(SigningKeys, (message: SigningKeyAnnounced | SigningKeyRetired) => [message.kid]) };

/** Keeps the service's own copy of `user.keys`. A repeated message never brings a retired key back. */
@Controller()
export class SigningKeysHandler {
  @Handles(SigningKeyAnnounced, { load, consumer: 'keys' })
  announced(
    { kid, publicKey, announcedAt, signsFrom }: SigningKeyAnnounced,
    { known }: HandlerContext<typeof load>,
  ): Decision {
    if (known.get(kid)?.retiredAt) return nothing();
    return save(SigningKeys, { kid, publicKey, announcedAt: new Date(announcedAt), signsFrom: new Date(signsFrom) });
  }

  @Handles(SigningKeyRetired, { load, consumer: 'keys' })
  retired({ kid }: SigningKeyRetired, { known, now }: HandlerContext<typeof load>): Decision {
    if (known.get(kid)?.retiredAt) return nothing();
    return save(SigningKeys, { kid, retiredAt: now });
  }
}
