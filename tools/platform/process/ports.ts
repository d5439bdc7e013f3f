import { randomInt } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimPidFile } from './pid-file.js';

/**
 * Below the ports that systems give to outgoing connections: a client that tries again and again to reach a server that is
 * down would one day be given the very port it calls, connect to itself, and keep the server from coming back.
 */
const lowest = 20_000;
const highest = 32_000;

/** Ports are lent in blocks, a block to one living process: a port that was found free is still free when its server starts. */
const blockSize = 40;
const blocks = (highest - lowest) / blockSize;
const unused: number[] = [];

/** As many ports as asked for, different from each other and from those given before, that nobody listens on at this moment. */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) {
    const port = unused.pop();
    if (port === undefined) unused.push(...borrowBlock());
    else if (await isFree(port)) found.push(port);
  }
  return found;
}

/** Whether a server of ours could listen there. */
export async function isFree(port: number): Promise<boolean> {
  const server = await tryToListen(port);
  if (server) await close(server);
  return server !== undefined;
}

function borrowBlock(): number[] {
  const desk = join(realpathSync(tmpdir()), `tradewind-ports-${process.getuid?.() ?? 'all'}`);
  mkdirSync(desk, { recursive: true });
  const first = randomInt(blocks);
  for (let tried = 0; tried < blocks; tried++) {
    const block = (first + tried) % blocks;
    if (claimPidFile(join(desk, `${block}.pid`)))
      return Array.from({ length: blockSize }, (_, index) => lowest + block * blockSize + index);
  }
  throw new Error(`all ports from ${lowest} to ${highest} are lent to processes that live (see ${desk})`);
}

function tryToListen(port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
