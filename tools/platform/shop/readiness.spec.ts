import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { untilReady, type Awaited } from './readiness.js';

describe('a service that is being waited for', () => {
  let folder: string;
  let server: Server;
  let answers: number[];
  let awaited: Awaited;
  let restarts: number;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'readiness-'));
    restarts = 0;
    server = createServer((_, response) => response.writeHead(answers.shift() ?? 200).end('behind its migrations'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    writeFileSync(join(folder, 'log'), 'first line\nDATABASE_URL is missing\n');
    const { port } = server.address() as { port: number };
    awaited = {
      name: 'order',
      url: `http://127.0.0.1:${port}/readyz`,
      log: join(folder, 'log'),
      restarts: () => restarts,
    };
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  it('is ready once it answers 200', async () => {
    answers = [503, 503];
    await untilReady(awaited, 5_000);
    expect(answers).toEqual([]);
  });

  it('is given up after its time, quoting its answer and its last words', async () => {
    answers = Array.from({ length: 1_000 }, () => 503);
    await expect(untilReady(awaited, 60)).rejects.toThrow(
      /order was not ready within 0\.06 s .*503 behind its migrations.*\n.*\n.*DATABASE_URL is missing/,
    );
  });

  it('is given up when it ends again and again', async () => {
    answers = Array.from({ length: 1_000 }, () => 503);
    awaited = { ...awaited, restarts: () => restarts++ };
    await expect(untilReady(awaited, 5_000)).rejects.toThrow(
      /order ended 3 times instead of starting; .*\n.*\n.*DATABASE_URL is missing/,
    );
  });
});
