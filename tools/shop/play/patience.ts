/** What is known of one attempt after its answer. */
export type Verdict = 'ok' | 'fail' | 'indeterminate';

export interface Judgement {
  readonly verdict: Verdict;
  /** The same call may be made again, and the answer may then be another. */
  readonly again: boolean;
}

/** 429, 503 and anything else that says Retry-After asks to come again; so does a gateway that lost the service (502, 504). */
export function judgeAnswer(status: number, retryAfter: boolean): Judgement {
  const verdict = status < 400 ? 'ok' : status < 500 ? 'fail' : 'indeterminate';
  return { verdict, again: status >= 400 && (retryAfter || [429, 502, 503, 504].includes(status)) };
}

const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** A connection that failed: the call is made again, and unless it was never sent it may have had its effect. */
export const judgeFailure = (code: string | undefined): Judgement => ({
  verdict: neverSent.has(code ?? '') ? 'fail' : 'indeterminate',
  again: true,
});

const longestWait = 5_000;

/** Milliseconds before the next attempt: as the server asks, else doubled from 50 up to 5 s, with a random half of it. */
export function waitBefore(attempt: number, retryAfterSeconds: number | undefined, fraction: number): number {
  const backOff = Math.min(longestWait, 50 * 2 ** Math.min(attempt, 10)) * (0.5 + fraction / 2);
  return Math.max(backOff, Math.min(longestWait, (retryAfterSeconds ?? 0) * 1_000));
}
