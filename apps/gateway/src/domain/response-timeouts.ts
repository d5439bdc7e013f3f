export interface ResponseTimeouts {
  /** Until the response starts. */
  readonly firstByteMs: number;
  /** Between two chunks of the response; 0: no limit. */
  readonly idleMs: number;
}

const maxWaitSeconds = 60;

/** The `wait` preference of a client in seconds (`Prefer: respond-async, wait=10`, RFC 7240), or 0. */
export function preferredWait(prefer: string | undefined): number {
  const found = prefer === undefined ? null : /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?/i.exec(prefer);
  return found ? Math.min(Number(found[1]), maxWaitSeconds) : 0;
}

/** Adds the client's `wait` preference to the default; an event stream has no limit between events. */
export function timeoutsFor(
  headers: { readonly prefer?: string | undefined; readonly accept?: string | undefined },
  defaultMs: number,
): ResponseTimeouts {
  const stream = headers.accept?.includes('text/event-stream') === true;
  return {
    firstByteMs: defaultMs + preferredWait(headers.prefer) * 1_000,
    idleMs: stream ? 0 : Math.max(defaultMs, 60_000),
  };
}
