/** Hop-by-hop headers (RFC 9110, 7.6.1), and headers that the forwarding client sets itself. */
const hopByHop = new Set([
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
/** Headers with which a client could pretend to be another user, address or target, or write into traces. */
const spoofable = (name: string): boolean =>
  name.startsWith('x-forwarded-') ||
  name.startsWith('x-user-') ||
  name.startsWith('x-original-') ||
  name.startsWith('x-rewrite-') ||
  name === 'forwarded' ||
  name === 'x-real-ip' ||
  name === 'x-request-id' ||
  name === 'traceparent' ||
  name === 'tracestate' ||
  name === 'baggage' ||
  name === 'x-http-method-override' ||
  name === 'x-http-method' ||
  name === 'x-method-override';

const namedByConnection = (headers: readonly string[]): ReadonlySet<string> | undefined => {
  let names: Set<string> | undefined;
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at]?.toLowerCase() !== 'connection') continue;
    for (const listed of (headers[at + 1] ?? '').split(',')) (names ??= new Set()).add(listed.trim().toLowerCase());
  }
  return names;
};

/** The raw headers without those that `isDropped` accepts, or that a Connection header lists. */
function without(raw: readonly string[], isDropped: (name: string) => boolean): string[] {
  const listed = namedByConnection(raw);
  const forwarded: string[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] ?? '';
    const lowerCase = name.toLowerCase();
    if (!isDropped(lowerCase) && !listed?.has(lowerCase)) forwarded.push(name, raw[at + 1] ?? '');
  }
  return forwarded;
}

/** The headers to forward to the service, from raw headers (name, value, name, value …): without hop-by-hop and spoofable ones. */
export const forwarded = (raw: readonly string[]): string[] =>
  without(raw, (name) => hopByHop.has(name) || spoofable(name));

/** The same headers without an access token. */
export const anonymous = (raw: readonly string[]): string[] => without(raw, (name) => name === 'authorization');

/** The headers to return to the client, from a service's raw headers. The length is forwarded because the body is not changed; the gateway sets the request id. */
export const returned = (raw: readonly string[]): string[] =>
  without(raw, (name) => (hopByHop.has(name) && name !== 'content-length') || name === 'x-request-id');

/** Whether two servers could see different hosts in a request, which must then be refused (RFC 9112, 3.2). */
export const hasSeveralHosts = (raw: readonly string[]): boolean => {
  let hosts = 0;
  for (let at = 0; at < raw.length; at += 2) if (raw[at]?.toLowerCase() === 'host') hosts++;
  return hosts > 1;
};

/** Whether a client's request id is safe for logs. */
export const isRequestId = (text: string | undefined): text is string =>
  text !== undefined && /^[A-Za-z0-9._-]{8,64}$/.test(text);
