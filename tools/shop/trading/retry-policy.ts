/** Whether an attempt had its effect, as far as the client knows. */
export type Effect = 'ok' | 'fail' | 'indeterminate';

export interface AttemptResult {
  readonly effect: Effect;
  /** The call can be repeated, and the next answer may differ. */
  readonly retry: boolean;
}

/** Retried: 429, 503, any error with Retry-After, and the gateway's 502 and 504 for an unreachable service. */
export function classifyAnswer(status: number, retryAfter: boolean): AttemptResult {
  const effect = status < 400 ? 'ok' : status < 500 ? 'fail' : 'indeterminate';
  return { effect, retry: status >= 400 && (retryAfter || [429, 502, 503, 504].includes(status)) };
}

const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** A failed connection: the call is retried. It may have had its effect unless it was never sent. */
export const classifyFailure = (code: string | undefined): AttemptResult => ({
  effect: neverSent.has(code ?? '') ? 'fail' : 'indeterminate',
  retry: true,
});

const maxDelayMs = 5_000;

/** The delay before the next attempt: doubles from 50 ms to 5 s, half of it random; at least Retry-After, up to 5 s. */
export function retryDelayMs(attempt: number, retryAfterSeconds: number | undefined, fraction: number): number {
  const backOff = Math.min(maxDelayMs, 50 * 2 ** Math.min(attempt, 10)) * (0.5 + fraction / 2);
  return Math.max(backOff, Math.min(maxDelayMs, (retryAfterSeconds ?? 0) * 1_000));
}
