/**
 * The ports that browsers and Node's `fetch` refuse for HTTP: "port blocking" of the Fetch Standard. A server can listen on them, but
 * its clients report a bad port.
 */
const blockedPorts: ReadonlySet<number> = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

/** Whether clients can call an HTTP server on the port: from 1 to 65535, and not one that browsers and `fetch` refuse. */
export const isHttpPort = (port: unknown): boolean =>
  Number.isInteger(port) && (port as number) >= 1 && (port as number) <= 65_535 && !blockedPorts.has(port as number);

/** What `isHttpPort` expects, to complete "PORT must be …". */
export const httpPortRule = 'a port from 1 to 65535 that browsers do not block (as they block 6000 and 10080)';

/** `http` or `https`, a host and perhaps a port: no user, path, query or fragment. */
export const httpOriginPattern = /^https?:\/\/[^\s/?#@\\]+$/;

/** What `isHttpOrigin` expects, to complete "PUBLIC_URL must be …". */
export const httpOriginRule = `http://host, https://host or with a port: nothing behind it, and ${httpPortRule}`;

/** Whether the text is the address of an HTTP server and nothing more: requests append their own path. */
export const isHttpOrigin = (text: unknown): boolean => isHttpUrl(text) && httpOriginPattern.test(text as string);

/** Whether the text is the URL of an HTTP server that clients can call. */
export function isHttpUrl(text: unknown): boolean {
  if (typeof text !== 'string' || !/^https?:\/\/[^\s/]/.test(text) || !URL.canParse(text)) return false;
  const { port } = new URL(text);
  return port === '' || isHttpPort(Number(port));
}
