import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { untilReady, type ReadinessTarget } from './readiness.js';

describe('waiting for a service', () => {
  let folder: string;
  let server: Server;
  let answers: number[];
  let target: ReadinessTarget;
  let restarts: number;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'readiness-'));
    restarts = 0;
    server = createServer((_, response) => response.writeHead(answers.shift() ?? 200).end('behind its migrations'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    writeFileSync(join(folder, 'log'), 'first line\nDATABASE_URL is missing\n');
    const { port } = server.address() as { port: number };
    target = {
      name: 'order',
      url: `http://127.0.0.1:${port}/readyz`,
      logFile: join(folder, 'log'),
      restarts: () => restarts,
    };
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  it('ends when the service answers 200', async () => {
    answers = [503, 503];
    await untilReady(target, 5_000);
    expect(answers).toEqual([]);
  });

  it('fails after the timeout, with the last answer and the last log lines', async () => {
    answers = Array.from({ length: 1_000 }, () => 503);
    await expect(untilReady(target, 60)).rejects.toThrow(
      /order was not ready within 0\.06 s .*503 behind its migrations.*\n.*\n.*DATABASE_URL is missing/,
    );
  });

  it('fails when the service keeps ending', async () => {
    answers = Array.from({ length: 1_000 }, () => 503);
    target = { ...target, restarts: () => restarts++ };
    await expect(untilReady(target, 5_000)).rejects.toThrow(
      /order ended 3 times instead of starting; .*\n.*\n.*DATABASE_URL is missing/,
    );
  });
});
