import { createHmac, timingSafeEqual } from 'node:crypto';

/** Longest difference between the signature's time and this clock, in seconds. */
const toleranceSeconds = 300;

/** The form of a signature. */
export const signatureForm = /^t=([0-9]{1,12}),v1=([0-9a-f]{64})$/;

/** Whether `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">` is a recent signature of exactly these bytes with the secret. */
export function isSigned(signature: string | undefined, body: Uint8Array, secret: string, now: Date): boolean {
  const [, seconds, received] = signatureForm.exec(signature ?? '') ?? [];
  if (
    seconds === undefined ||
    received === undefined ||
    Math.abs(now.getTime() / 1_000 - Number(seconds)) > toleranceSeconds
  )
    return false;
  const expected = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(received, 'hex'));
}
