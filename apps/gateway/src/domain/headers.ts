/** Meant for one connection (RFC 9110, 7.6.1), or spelled out again by whoever sends on. */
const perHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-authentication-info',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'http2-settings',
  'content-length',
  'host',
]);
/** Headers by which a client could pass for somebody or somewhere else. */
const spoofable = (name: string): boolean =>
  name.startsWith('x-forwarded-') ||
  name.startsWith('x-user-') ||
  name.startsWith('x-original-') ||
  name.startsWith('x-rewrite-') ||
  name === 'forwarded' ||
  name === 'x-real-ip' ||
  name === 'x-request-id' ||
  name === 'x-http-method-override' ||
  name === 'x-http-method' ||
  name === 'x-method-override';

const namedByConnection = (headers: readonly string[]): ReadonlySet<string> | undefined => {
  let names: Set<string> | undefined;
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at]!.toLowerCase() !== 'connection') continue;
    for (const name of headers[at + 1]!.split(',')) (names ??= new Set()).add(name.trim().toLowerCase());
  }
  return names;
};

/** What goes on to the service of a request's raw headers (name, value, name, value …): without those of the hop and the spoofable ones. */
export function forwarded(raw: readonly string[]): string[] {
  const dropped = namedByConnection(raw);
  const kept: string[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]!.toLowerCase();
    if (perHop.has(name) || spoofable(name) || dropped?.has(name)) continue;
    kept.push(raw[at]!, raw[at + 1]!);
  }
  return kept;
}

/** What goes back to the client of a service's raw headers. The length is kept: the body is passed on as it is. The request's id is set by the gateway. */
export function returned(raw: readonly string[]): string[] {
  const dropped = namedByConnection(raw);
  const kept: string[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]!.toLowerCase();
    if ((perHop.has(name) && name !== 'content-length') || name === 'x-request-id' || dropped?.has(name)) continue;
    kept.push(raw[at]!, raw[at + 1]!);
  }
  return kept;
}

/** A request id that a client may bring along: it goes into logs. */
export const isRequestId = (text: string | undefined): text is string =>
  text !== undefined && /^[A-Za-z0-9._-]{8,64}$/.test(text);
