import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Desk, silence, type Reply } from './desk.js';
import type { TornLine } from './operation-log.js';
import { BadRequest, readBody, readKey, readRefund, readTake, readVoid } from './requests.js';
import type { ProviderSettings } from './settings.js';
import { Webhook } from './webhook.js';

const drainMs = 5_000;

export interface RunningProvider {
  readonly url: string;
  readonly port: number;
  /** How many keys the log knew at the start. */
  readonly operations: number;
  readonly torn?: TornLine;
  /** Takes no more calls, answers those under way without further delay, and closes the log. */
  stop(): Promise<void>;
}

type Call = (cut: AbortSignal) => Promise<Reply | typeof silence>;

/**
 * Starts the simulated provider. `broken` is told of an error after which memory and log may differ (a full disk):
 * the process must end then, and starts again from its log.
 */
export async function startProvider(
  settings: ProviderSettings,
  broken: (error: unknown) => void,
): Promise<RunningProvider> {
  const webhook = settings.webhook && new Webhook(settings.webhook);
  const open = new Set<AbortController>();
  let stopping = false;
  let desk: Desk | undefined;

  const serve = async (request: IncomingMessage, response: ServerResponse, cut: AbortSignal): Promise<void> => {
    try {
      if (desk === undefined) return answer(response, unavailable, true);
      const call = await route(request, desk);
      const reply = await call(cut);
      if (reply === silence) response.destroy();
      else answer(response, reply, stopping);
    } catch (error) {
      if (error instanceof BadRequest) return answer(response, refusalOf(error), error.code === 413);
      response.destroy();
      if (!hungUp(error)) broken(error);
    }
  };
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const cut = new AbortController();
    open.add(cut);
    response.on('close', () => {
      open.delete(cut);
      cut.abort();
    });
    void serve(request, response, cut.signal);
  });

  // The port comes before the log: of two providers with the same settings the second stops here and touches no line.
  server.listen(settings.port, settings.host);
  await once(server, 'listening');
  const opened = await Desk.open(settings, webhook).catch((error: unknown) => {
    server.close();
    server.closeAllConnections();
    throw error;
  });
  desk = opened;

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
      for (const cut of open) cut.abort();
      const drain = setTimeout(() => server.closeAllConnections(), drainMs);
      await closed;
      clearTimeout(drain);
      await webhook?.stop();
      await opened.close();
    },
  };
}

async function route(request: IncomingMessage, desk: Desk): Promise<Call> {
  const path = (request.url ?? '/').split('?', 1)[0]!;
  const line = `${request.method} ${path}`;
  switch (line) {
    case 'POST /takes': {
      const take = readTake(await readBody(request), request.headers['idempotency-key']?.toString());
      return (cut) => desk.take(take, cut);
    }
    case 'POST /refunds': {
      const refund = readRefund(await readBody(request));
      return (cut) => desk.refund(refund, cut);
    }
    case 'POST /voids': {
      const key = readVoid(await readBody(request));
      return (cut) => desk.void(key, cut);
    }
    case 'GET /healthz':
      return async () => desk.health();
  }
  const [, segment] = /^GET \/operations\/([^/]+)$/.exec(line) ?? [];
  if (segment === undefined)
    throw new BadRequest(
      404,
      'no such call: POST /takes, POST /refunds, POST /voids, GET /operations/{key}, GET /healthz',
    );
  const key = readKey(segment);
  return (cut) => desk.find(key, cut);
}

function answer(response: ServerResponse, { code, body }: Reply, last: boolean): void {
  const text = JSON.stringify(body);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  response.writeHead(code, last ? { ...headers, connection: 'close' } : headers).end(text);
}

const unavailable: Reply = { code: 503, body: { status: 'unavailable', detail: 'still reading the log: try again' } };

const refusalOf = ({ code, message, field }: BadRequest): Reply => ({
  code,
  body: { error: message, ...(field && { field }) },
});

const hungUp = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ECONNRESET';
