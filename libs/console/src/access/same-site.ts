import type { IncomingHttpHeaders } from 'node:http';

/** Whether a page of this console sent the form. Browsers say it in Sec-Fetch-Site, old ones in Origin; a program says neither. */
export function isSameOrigin(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = headers;
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}
