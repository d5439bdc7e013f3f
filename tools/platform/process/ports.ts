import { randomInt } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimPidFile } from './pid-file.js';

/**
 * Below the range of ephemeral ports: a client that keeps reconnecting to a stopped server can otherwise get the server's own port
 * as its local port, connect to itself, and block the server's restart.
 */
const lowestPort = 20_000;
const highestPort = 32_000;

/** Ports are leased in blocks, one block to one living process: a port that was found free is still free when its server starts. */
const blockSize = 40;
const blockCount = (highestPort - lowestPort) / blockSize;
const leased: number[] = [];

/** That many free ports. No port is returned twice by one process, or by two living processes. */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) {
    const port = leased.pop();
    if (port === undefined) leased.push(...leaseBlock());
    else if (await isFree(port)) found.push(port);
  }
  return found;
}

/** Whether a server could listen on the port. */
export async function isFree(port: number): Promise<boolean> {
  const server = await tryToListen(port);
  if (server) await close(server);
  return server !== undefined;
}

function leaseBlock(): number[] {
  const folder = join(realpathSync(tmpdir()), `tradewind-ports-${process.getuid?.() ?? 'all'}`);
  mkdirSync(folder, { recursive: true });
  const first = randomInt(blockCount);
  for (let tried = 0; tried < blockCount; tried++) {
    const block = (first + tried) % blockCount;
    if (claimPidFile(join(folder, `${block}.pid`)))
      return Array.from({ length: blockSize }, (_, index) => lowestPort + block * blockSize + index);
  }
  throw new Error(`all ports from ${lowestPort} to ${highestPort} are leased to living processes (see ${folder})`);
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
