import { table } from '@tradewind/messaging';

/** A public key of access tokens: the `x` of an Ed25519 JWK. A retired key keeps its row and verifies nothing. */
export interface SigningKey {
  readonly kid: string;
  readonly publicKey?: string;
  readonly announcedAt?: Date;
  readonly signsFrom?: Date;
  readonly retiredAt?: Date;
}

export const SigningKeys = table<SigningKey>('svc_signing_keys', 'kid', {
  kid: 'text',
  publicKey: 'text',
  announcedAt: 'timestamptz',
  signsFrom: 'timestamptz',
  retiredAt: 'timestamptz',
});
