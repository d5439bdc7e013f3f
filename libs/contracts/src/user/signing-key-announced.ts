import { Message } from '@tradewind/messaging/message';
import { IsInstant, IsText } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * A public key of access tokens, in use from `signsFrom`. Compacted: the latest record of a key id counts; a tombstone retires it.
 * `publicKey` is the `x` of an Ed25519 JWK (base64url).
 */
@Message({ type: 'user.signing-key-announced', topic: topics.userKeys, key: 'kid' })
export class SigningKeyAnnounced {
  @IsText(100) readonly kid!: string;
  @IsText(100) readonly publicKey!: string;
  @IsInstant() readonly announcedAt!: string;
  @IsInstant() readonly signsFrom!: string;
}
