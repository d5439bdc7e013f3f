/** How long an answer may take. */
export interface Patience {
  /** Until the answer begins, milliseconds. */
  readonly begin: number;
  /** Between two parts of it; 0: as long as it takes. */
  readonly idle: number;
}

const longestWait = 60;

/** The seconds that a client is ready to wait (`Prefer: respond-async, wait=10`, RFC 7240), or 0. */
export function preferredWait(prefer: string | undefined): number {
  const found = prefer === undefined ? null : /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?/i.exec(prefer);
  return found ? Math.min(Number(found[1]), longestWait) : 0;
}

/** An answer is waited for as long as the client asked, and an event stream may be silent for ever. */
export function patienceFor(
  headers: { readonly prefer?: string | undefined; readonly accept?: string | undefined },
  usual: number,
): Patience {
  const stream = headers.accept?.includes('text/event-stream') === true;
  return { begin: usual + preferredWait(headers.prefer) * 1_000, idle: stream ? 0 : Math.max(usual, 60_000) };
}
