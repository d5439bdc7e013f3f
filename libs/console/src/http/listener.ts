import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Console } from './console.js';
import type { ConsoleRequest } from './exchange.js';

/** What Express adds to a request, and a body parser of the application. */
type ServerRequest = IncomingMessage & { readonly originalUrl?: string; readonly body?: unknown };

const maxFormBytes = 65_536;

/** Answers requests of Node's server, also behind Express or Fastify. `mount` is the console's path in the application. */
export async function listen(
  console: Console,
  mount: string,
  request: ServerRequest,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.originalUrl ?? request.url ?? '/', 'http://console');
  const at = mount === '' ? 0 : url.pathname.indexOf(mount);
  const base = url.pathname.slice(0, at + mount.length);
  const form = request.method === 'POST' ? await readForm(request) : new URLSearchParams();
  const { status, headers, body } = form
    ? await console.respond({
        method: request.method ?? 'GET',
        path: url.pathname.slice(base.length) || '/',
        query: url.searchParams,
        headers: request.headers,
        address: request.socket.remoteAddress ?? '',
        secure: isSecure(request),
        base,
        form,
      } satisfies ConsoleRequest)
    : { status: 413, headers: {}, body: 'the form is too large' };
  response.writeHead(status, { ...headers, ...(body === '' ? {} : { 'Content-Length': Buffer.byteLength(body) }) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

const isSecure = (request: IncomingMessage): boolean =>
  'encrypted' in request.socket || request.headers['x-forwarded-proto'] === 'https';

/** The fields of a form: those that the application's body parser has read, or the body itself. Undefined: too large. */
async function readForm(request: ServerRequest): Promise<URLSearchParams | undefined> {
  const { body } = request;
  if (typeof body === 'object' && body !== null)
    return new URLSearchParams(
      Object.entries(body).filter((field): field is [string, string] => typeof field[1] === 'string'),
    );
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxFormBytes) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}
