import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RequestProcessor, noReply, type Reply } from './request-processor.js';
import type { TornLine } from './operation-log.js';
import { BadRequest, readBody, readKey, readRefund, readTake, readVoid, requireKey } from './requests.js';
import type { ProviderSettings } from './settings.js';
import { Webhook } from './webhook.js';

const drainMs = 5_000;

export interface RunningProvider {
  readonly url: string;
  readonly port: number;
  /** Number of keys in the log at the start. */
  readonly operations: number;
  readonly torn?: TornLine;
  /** Accepts no more calls, answers those under way without further delay, and closes the log. */
  stop(): Promise<void>;
}

type Call = (signal: AbortSignal) => Promise<Reply | typeof noReply>;

/**
 * Starts the simulated provider. `onFatal` gets an error after which memory and log may differ (a full disk): the process must then
 * end and restart from its log.
 */
export async function startProvider(
  settings: ProviderSettings,
  onFatal: (error: unknown) => void,
): Promise<RunningProvider> {
  const webhook = settings.webhook && new Webhook(settings.webhook);
  const open = new Set<AbortController>();
  let stopping = false;
  let processor: RequestProcessor | undefined;

  const serve = async (request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> => {
    try {
      if (processor === undefined) return answer(response, unavailable, true);
      if (!isPublic(request)) requireKey(request, settings.apiKey);
      const call = await route(request, processor);
      const reply = await call(signal);
      if (reply === noReply) response.destroy();
      else answer(response, reply, stopping);
    } catch (error) {
      if (error instanceof BadRequest)
        return answer(response, errorReply(error), error.code === 413 || error.code === 415);
      response.destroy();
      if (!isDisconnect(error)) onFatal(error);
    }
  };
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const controller = new AbortController();
    open.add(controller);
    response.on('close', () => {
      open.delete(controller);
      controller.abort();
    });
    void serve(request, response, controller.signal);
  });

  // The port comes before the log: a second provider with the same settings fails here and does not touch the log.
  server.listen(settings.port, settings.host);
  await once(server, 'listening');
  const opened = await RequestProcessor.open(settings, webhook).catch((error: unknown) => {
    server.close();
    server.closeAllConnections();
    throw error;
  });
  processor = opened;

  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`,
    port,
    operations: opened.operations,
    ...(opened.torn && { torn: opened.torn }),
    stop: async () => {
      stopping = true;
      const closed = once(server, 'close');
      server.close();
      for (const controller of open) controller.abort();
      const drainTimeout = setTimeout(() => server.closeAllConnections(), drainMs);
      await closed;
      clearTimeout(drainTimeout);
      await webhook?.stop();
      await opened.close();
    },
  };
}

/** Shows no operation. */
const isPublic = ({ method, url }: IncomingMessage): boolean => method === 'GET' && url === '/healthz';

async function route(request: IncomingMessage, processor: RequestProcessor): Promise<Call> {
  const path = (request.url ?? '/').split('?', 1)[0]!;
  const line = `${request.method} ${path}`;
  switch (line) {
    case 'POST /takes': {
      const take = readTake(await readBody(request), request.headers['idempotency-key']?.toString());
      return (signal) => processor.take(take, signal);
    }
    case 'POST /refunds': {
      const refund = readRefund(await readBody(request));
      return (signal) => processor.refund(refund, signal);
    }
    case 'POST /voids': {
      const key = readVoid(await readBody(request));
      return (signal) => processor.void(key, signal);
    }
    case 'GET /healthz':
      return async () => processor.health();
  }
  const [, segment] = /^GET \/operations\/([^/]+)$/.exec(line) ?? [];
  if (segment === undefined)
    throw new BadRequest(
      404,
      'no such call: POST /takes, POST /refunds, POST /voids, GET /operations/{key}, GET /healthz',
    );
  const key = readKey(segment);
  return (signal) => processor.find(key, signal);
}

function answer(response: ServerResponse, { code, body }: Reply, last: boolean): void {
  const text = JSON.stringify(body);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  response.writeHead(code, last ? { ...headers, connection: 'close' } : headers).end(text);
}

const unavailable: Reply = { code: 503, body: { status: 'unavailable', detail: 'still reading the log: try again' } };

const errorReply = ({ code, message, field }: BadRequest): Reply => ({
  code,
  body: { error: message, ...(field && { field }) },
});

const isDisconnect = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ECONNRESET';
