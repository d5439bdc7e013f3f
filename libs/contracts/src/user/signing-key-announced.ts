import { Message } from '@tradewind/messaging/contract';
import { IsISO8601, IsString, MaxLength } from 'class-validator';
import { topics } from '../topics.js';

/**
 * A public key that access tokens may be signed with, from `signsFrom` on. Compacted: the latest record of a key id counts; a tombstone retires it.
 * `publicKey` is the `x` of an Ed25519 JWK (base64url).
 */
@Message({ type: 'user.signing-key-announced', topic: topics.userKeys, key: 'kid' })
export class SigningKeyAnnounced {
  @IsString() @MaxLength(100) readonly kid!: string;
  @IsString() @MaxLength(100) readonly publicKey!: string;
  @IsISO8601() readonly announcedAt!: string;
  @IsISO8601() readonly signsFrom!: string;
}
