import { chmodSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Scale } from './processes.js';

/** What a socket's path may have at most, in bytes, wherever we run. */
const longestPath = 100;

/** A line from the supervisor to whoever asked: any number of `said`, then one of the others. */
type Answer = { readonly said: string } | { readonly done: true } | { readonly failed: string };

type Change = (scale: Scale, say: (line: string) => void) => Promise<void>;

/** Nobody listens at the socket: no shop runs there, or one that is just starting or stopping. */
export class NobodyListens extends Error {
  override readonly name = 'NobodyListens';
}

/**
 * Takes wishes for another scale, a line of JSON each, from whoever may open the folder's socket: the account that runs the shop.
 * What was begun is finished although nobody listens any more. Ends with `closing`.
 */
export async function serveScale(
  path: string,
  change: Change,
  closing: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  if (closing.aborted) return;
  if (Buffer.byteLength(path) > longestPath)
    return say(`the scale can't be changed while this shop runs: ${path} is too long for a socket`);
  const asking = new Set<Socket>();
  const server = createServer((socket) => {
    asking.add(socket);
    socket.on('error', () => undefined).on('close', () => asking.delete(socket)); // whoever asked has gone: what was begun goes on
    createInterface(socket).once('line', (line) => void answer(socket, line, change));
  });
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  chmodSync(path, 0o600);
  closing.addEventListener('abort', () => {
    server.close();
    for (const socket of asking) socket.end();
  });
}

/** Asks the shop that listens at the socket for another scale, and resolves when it is so; rejects with what the shop says against it. */
export async function askForScale(path: string, scale: Scale, say: (line: string) => void): Promise<void> {
  const socket = connect(path);
  await new Promise<void>((resolve, reject) => {
    socket
      .once('connect', resolve)
      .once('error', (error) => reject(new NobodyListens(`nobody listens at ${path}`, { cause: error })));
  });
  socket.on('error', () => undefined); // seen as an end without an answer
  socket.write(`${JSON.stringify(scale)}\n`);
  for await (const line of createInterface(socket)) {
    const told = JSON.parse(line) as Answer;
    if ('said' in told) say(told.said);
    else {
      socket.end();
      if ('failed' in told) throw new Error(told.failed);
      return;
    }
  }
  throw new Error('the shop has ended before it was done');
}

async function answer(socket: Socket, line: string, change: Change): Promise<void> {
  const tell = (told: Answer): void => void (socket.writable && socket.write(`${JSON.stringify(told)}\n`));
  try {
    await change(JSON.parse(line) as Scale, (said) => tell({ said }));
    tell({ done: true });
  } catch (error) {
    tell({ failed: (error as Error).message });
  }
  socket.end();
}
