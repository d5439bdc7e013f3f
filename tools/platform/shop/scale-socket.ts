import { chmodSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Scale } from './processes.js';

/** The longest path of a Unix socket, in bytes, that works on every supported system. */
const maxPathBytes = 100;

/** A line from the supervisor to the client: any number of `progress`, then one of the others. */
type Reply = { readonly progress: string } | { readonly done: true } | { readonly failed: string };

type ScaleHandler = (scale: Scale, log: (line: string) => void) => Promise<void>;

/** Nothing listens on the socket: no shop runs there, or it is starting or stopping. */
export class NoShopListening extends Error {
  override readonly name = 'NoShopListening';
}

/**
 * Accepts scale requests, one line of JSON each, on a Unix socket that only the shop's account can open. A change continues when its
 * client disconnects. `closing` stops the server.
 */
export async function serveScale(
  path: string,
  change: ScaleHandler,
  closing: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  if (closing.aborted) return;
  if (Buffer.byteLength(path) > maxPathBytes)
    return log(`the scale can't be changed while this shop runs: ${path} is too long for a socket`);
  const clients = new Set<Socket>();
  const server = createServer((socket) => {
    clients.add(socket);
    socket.on('error', () => undefined).on('close', () => clients.delete(socket)); // a change continues without its client
    createInterface(socket).once('line', (line) => void answer(socket, line, change));
  });
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  chmodSync(path, 0o600);
  closing.addEventListener('abort', () => {
    server.close();
    for (const socket of clients) socket.end();
  });
}

/** Requests another scale and resolves when the shop has it. Rejects with the shop's error, or NoShopListening. */
export async function requestScale(path: string, scale: Scale, log: (line: string) => void): Promise<void> {
  const socket = connect(path);
  await new Promise<void>((resolve, reject) => {
    socket
      .once('connect', resolve)
      .once('error', (error) => reject(new NoShopListening(`no shop listens on ${path}`, { cause: error })));
  });
  socket.on('error', () => undefined); // ends the loop below without a reply
  socket.write(`${JSON.stringify(scale)}\n`);
  for await (const line of createInterface(socket)) {
    const reply = JSON.parse(line) as Reply;
    if ('progress' in reply) log(reply.progress);
    else {
      socket.end();
      if ('failed' in reply) throw new Error(reply.failed);
      return;
    }
  }
  throw new Error('the shop stopped before the change was complete');
}

async function answer(socket: Socket, line: string, change: ScaleHandler): Promise<void> {
  const send = (reply: Reply): void => void (socket.writable && socket.write(`${JSON.stringify(reply)}\n`));
  try {
    await change(JSON.parse(line) as Scale, (progress) => send({ progress }));
    send({ done: true });
  } catch (error) {
    send({ failed: (error as Error).message });
  }
  socket.end();
}
