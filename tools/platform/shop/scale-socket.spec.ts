import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Scale } from './processes.js';
import { requestScale, NoShopListening, serveScale } from './scale-socket.js';

let folder: string;
let socket: string;
let closing: AbortController;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tradewind-socket-'));
  socket = join(folder, 'scale.sock');
  closing = new AbortController();
});
afterEach(() => {
  closing.abort();
  rmSync(folder, { recursive: true });
});

const noLog = (): void => undefined;
const recordedLog = (): [lines: string[], log: (line: string) => void] => {
  const lines: string[] = [];
  return [lines, (line) => void lines.push(line)];
};

describe('a scale request', () => {
  it('reaches the shop, and its progress reaches the client', async () => {
    const requests: Scale[] = [];
    const [lines, log] = recordedLog();
    await serveScale(
      socket,
      async (scale, progress) => {
        requests.push(scale);
        progress('starting order-2');
        await Promise.resolve();
        progress('order-2: ready');
      },
      closing.signal,
      noLog,
    );
    await requestScale(socket, { order: 2 }, log);
    expect(requests).toEqual([{ order: 2 }]);
    expect(lines).toEqual(['starting order-2', 'order-2: ready']);
  });

  it('fails with the error of the shop', async () => {
    await serveScale(
      socket,
      () => Promise.reject(new Error('order-2 was not ready within 90 s')),
      closing.signal,
      noLog,
    );
    await expect(requestScale(socket, { order: 2 }, noLog)).rejects.toThrow('order-2 was not ready within 90 s');
  });

  it('is accepted from the account of the shop only', async () => {
    await serveScale(socket, () => Promise.resolve(), closing.signal, noLog);
    expect(statSync(socket).mode & 0o777).toBe(0o600);
  });

  it('works although a killed shop has left a file', async () => {
    writeFileSync(socket, '');
    await serveScale(socket, () => Promise.resolve(), closing.signal, noLog);
    await requestScale(socket, { order: 2 }, noLog);
    expect(statSync(socket).isSocket()).toBe(true);
  });
});

describe('a shop that stops while it changes its scale', () => {
  it('ends the request with an error', async () => {
    let start: () => void = noLog;
    const started = new Promise<void>((resolve) => (start = resolve));
    await serveScale(socket, () => new Promise(() => start()), closing.signal, noLog);
    const request = requestScale(socket, { order: 2 }, noLog);
    await started;
    closing.abort();
    await expect(request).rejects.toThrow('the shop stopped before the change was complete');
  });

  it('accepts no more requests', async () => {
    await serveScale(socket, () => Promise.resolve(), closing.signal, noLog);
    closing.abort();
    await expect(requestScale(socket, { order: 2 }, noLog)).rejects.toThrow(NoShopListening);
  });
});

describe('a folder whose path is too long for a socket', () => {
  it('is logged, and the shop starts without a socket', async () => {
    const [lines, log] = recordedLog();
    const path = join(folder, 'x'.repeat(100), 'scale.sock');
    await serveScale(path, () => Promise.resolve(), closing.signal, log);
    expect(lines).toEqual([`the scale can't be changed while this shop runs: ${path} is too long for a socket`]);
  });
});
