import { createHmac, timingSafeEqual } from 'node:crypto';

/** How old a signature may be, or how far ahead of our clock, in seconds. */
const window = 300;

const form = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/;

/** Whether `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">` was made with the secret over just these bytes, and lately. */
export function isSigned(signature: string | undefined, body: Uint8Array, secret: string, now: Date): boolean {
  const [, seconds, given] = form.exec(signature ?? '') ?? [];
  if (seconds === undefined || given === undefined || Math.abs(now.getTime() / 1_000 - Number(seconds)) > window)
    return false;
  const wanted = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();
  return timingSafeEqual(wanted, Buffer.from(given, 'hex'));
}
