import { timingSafeEqual } from 'node:crypto';
import type { Randomness } from '@tradewind/kernel';

/** The form of a device token: a random part, and the proof that it was given to this account. */
export const deviceTokenForm = /^[A-Za-z0-9_-]{22}[.][A-Za-z0-9_-]{43}$/;

/** Makes the proof, with a key of this deployment. */
export type Prove = (text: string) => string;

const textOf = (account: string, device: string): string => `device ${device} of ${account}`;

/** A token that shows later that a log-in to the account succeeded on this device. It gives no access: the password is needed too. */
export function newDeviceToken(account: string, prove: Prove, random: Randomness): string {
  const device = Buffer.from(random.bytes(16)).toString('base64url');
  return `${device}.${prove(textOf(account, device))}`;
}

/** The random part, if the token was given to this account. */
export function deviceOf(token: string | undefined, account: string, prove: Prove): string | undefined {
  if (token === undefined || !deviceTokenForm.test(token)) return undefined;
  const [device = '', proof = ''] = token.split('.');
  return timingSafeEqual(Buffer.from(proof), Buffer.from(prove(textOf(account, device)))) ? device : undefined;
}
