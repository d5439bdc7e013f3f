import { table } from '@tradewind/messaging';

/** A public key of access tokens: the `x` of an Ed25519 JWK. A retired key keeps its row and verifies nothing. */
export interface SigningKey {
  readonly kid: string;
  readonly publicKey?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly retiredAt?: Date;
}

export const SigningKeys = table<SigningKey>('svc_signing_keys', 'kid', {
  kid: 'text',
  publicKey: 'text',
  notBefore: 'timestamptz',
  notAfter: 'timestamptz',
  retiredAt: 'timestamptz',
});
