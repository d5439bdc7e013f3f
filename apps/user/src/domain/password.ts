import type { UserId } from '@tradewind/contracts/ids';
import { rejection } from '@tradewind/kernel';
import { accepts, tokenInvalid, type MailedToken } from './mailed-token.js';

/** The password of a person, as a hash. */
export interface Credential {
  readonly userId: UserId;
  readonly passwordHash: string;
}

/** What allows to set a password: the former one, verified with this hash, or a token of an e-mail. */
export type PasswordProof =
  { readonly by: 'password'; readonly passwordHash: string } | { readonly by: 'token'; readonly tokenHash: string };

export const passwordChangedMeanwhile = rejection('password-changed-meanwhile');

/** The credential with the new password. The proof must still hold: each of many concurrent calls with one proof but the first is rejected. */
export function setPassword(
  credential: Credential,
  token: MailedToken | undefined,
  proof: PasswordProof,
  passwordHash: string,
  now: Date,
): Credential | typeof passwordChangedMeanwhile | typeof tokenInvalid {
  if (proof.by === 'password' && proof.passwordHash !== credential.passwordHash) return passwordChangedMeanwhile;
  if (proof.by === 'token' && !accepts(token, proof.tokenHash, now)) return tokenInvalid;
  return { ...credential, passwordHash };
}
