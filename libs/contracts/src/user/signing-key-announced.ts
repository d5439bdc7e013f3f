import { Message } from '@tradewind/messaging/message';
import { IsInstant, IsText } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * A public key of access tokens. Compacted: the latest record of a key id counts. `publicKey` is the `x` of an Ed25519 JWK (base64url).
 * `signature` is the signature of the deployment's root key: a key without it is not accepted.
 */
@Message({ type: 'user.signing-key-announced', topic: topics.userKeys, key: 'kid' })
export class SigningKeyAnnounced {
  @IsText(100) readonly kid!: string;
  @IsText(100) readonly publicKey!: string;
  /** Tokens signed with it are accepted between these instants. */
  @IsInstant() readonly notBefore!: string;
  @IsInstant() readonly notAfter!: string;
  @IsText(100) readonly signature!: string;
}
