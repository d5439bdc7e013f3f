import { Controller, Inject } from '@nestjs/common';
import { SigningKeyAnnounced, SigningKeyRetired } from '@tradewind/contracts';
import { Poison } from '@tradewind/kernel';
import { Handles, rows, nothing, save, type Decision, type HandlerContext } from '@tradewind/messaging';
import { SigningKeys } from './signing-keys.table.js';
import { SigningRoot } from './signing-root.js';

const load = { known: rows(SigningKeys, (message: SigningKeyAnnounced | SigningKeyRetired) => [message.kid]) };

/**
 * Keeps the service's own copy of `user.keys`: what the root key of the deployment has signed. Anything else is a dead letter. A repeated
 * message never brings a retired key back.
 */
@Controller()
export class SigningKeysHandler {
  constructor(@Inject(SigningRoot) private readonly root: SigningRoot) {}

  @Handles(SigningKeyAnnounced, { load, consumer: 'keys' })
  announced(message: SigningKeyAnnounced, { known }: HandlerContext<typeof load>): Decision {
    const { kid, publicKey, notBefore, notAfter, signature } = message;
    if (!this.root.hasAnnounced(message, signature))
      throw new Poison(`the signing key ${kid} is not signed by the root key of SIGNING_ROOT_PUBLIC_KEY`);
    if (known.get(kid)?.retiredAt) return nothing();
    return save(SigningKeys, { kid, publicKey, notBefore: new Date(notBefore), notAfter: new Date(notAfter) });
  }

  @Handles(SigningKeyRetired, { load, consumer: 'keys' })
  retired({ kid, signature }: SigningKeyRetired, { known, now }: HandlerContext<typeof load>): Decision {
    if (!this.root.hasRetired(kid, signature))
      throw new Poison(`the retirement of ${kid} is not signed by the root key of SIGNING_ROOT_PUBLIC_KEY`);
    if (known.get(kid)?.retiredAt) return nothing();
    return save(SigningKeys, { kid, retiredAt: now });
  }
}
