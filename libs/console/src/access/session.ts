import { createHmac, timingSafeEqual } from 'node:crypto';
import { roles, type Operator } from './operator.js';

export const cookieName = 'tradewind-console';
export const sessionMs = 2 * 3_600_000;

const signatureOf = (payload: string, secret: string): Buffer => createHmac('sha256', secret).update(payload).digest();

/** The value of the cookie: who logged in, and until when. Signed, so that only this console can have made it. */
export function sealSession(operator: Operator, secret: string, now: Date): string {
  const payload = Buffer.from(JSON.stringify({ ...operator, until: now.getTime() + sessionMs })).toString('base64url');
  return `${payload}.${signatureOf(payload, secret).toString('base64url')}`;
}

/** The operator of a cookie; undefined when it is forged or over. */
export function openSession(value: string | undefined, secret: string, now: Date): Operator | undefined {
  const [payload = '', signature = ''] = (value ?? '').split('.');
  const received = Buffer.from(signature, 'base64url');
  const expected = signatureOf(payload, secret);
  if (received.length !== expected.length || !timingSafeEqual(received, expected)) return undefined;
  const { id, name, role, until } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Operator & {
    until: number;
  };
  return until > now.getTime() && roles.includes(role) ? { id, name, role } : undefined;
}

/** A value of the header Cookie. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  const found = (header ?? '').split(';').find((part) => part.trim().startsWith(`${name}=`));
  return found?.trim().slice(name.length + 1);
}
