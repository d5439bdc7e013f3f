const maxSeconds = 30;

/** The seconds of `Prefer: wait=10` (RFC 7240), at most 30; 0 without a valid preference. */
export function preferredWait(header: string | undefined): number {
  const wait = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:$|[,;])/i.exec(header ?? '')?.[1];
  return wait === undefined ? 0 : Math.min(Number(wait), maxSeconds);
}
