import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Scale } from './processes.js';
import { askForScale, NobodyListens, serveScale } from './scale-socket.js';

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

const silent = (): void => undefined;
const gathering = (): [lines: string[], say: (line: string) => void] => {
  const lines: string[] = [];
  return [lines, (line) => void lines.push(line)];
};

describe('a shop that is asked for another scale', () => {
  it('is given the wish, and tells how it gets on', async () => {
    const wishes: Scale[] = [];
    const [lines, say] = gathering();
    await serveScale(
      socket,
      async (scale, told) => {
        wishes.push(scale);
        told('starting order-2');
        await Promise.resolve();
        told('order-2: ready');
      },
      closing.signal,
      silent,
    );
    await askForScale(socket, { order: 2 }, say);
    expect(wishes).toEqual([{ order: 2 }]);
    expect(lines).toEqual(['starting order-2', 'order-2: ready']);
  });

  it('says why it does not do it', async () => {
    await serveScale(
      socket,
      () => Promise.reject(new Error('order-2 was not ready within 90 s')),
      closing.signal,
      silent,
    );
    await expect(askForScale(socket, { order: 2 }, silent)).rejects.toThrow('order-2 was not ready within 90 s');
  });

  it('hears the account that runs it alone', async () => {
    await serveScale(socket, () => Promise.resolve(), closing.signal, silent);
    expect(statSync(socket).mode & 0o777).toBe(0o600);
  });

  it('takes the place of a file that a killed one has left', async () => {
    writeFileSync(socket, '');
    await serveScale(socket, () => Promise.resolve(), closing.signal, silent);
    await askForScale(socket, { order: 2 }, silent);
    expect(statSync(socket).isSocket()).toBe(true);
  });
});

describe('a shop that stops while it changes its scale', () => {
  it('leaves nobody waiting', async () => {
    let begun: () => void = silent;
    const underWay = new Promise<void>((resolve) => (begun = resolve));
    await serveScale(socket, () => new Promise(() => begun()), closing.signal, silent);
    const asking = askForScale(socket, { order: 2 }, silent);
    await underWay;
    closing.abort();
    await expect(asking).rejects.toThrow('the shop has ended before it was done');
  });

  it('is nobody to ask any more', async () => {
    await serveScale(socket, () => Promise.resolve(), closing.signal, silent);
    closing.abort();
    await expect(askForScale(socket, { order: 2 }, silent)).rejects.toThrow(NobodyListens);
  });
});

describe('a folder whose path is too long for a socket', () => {
  it('is said to be so, and the shop starts without', async () => {
    const [lines, say] = gathering();
    const far = join(folder, 'x'.repeat(100), 'scale.sock');
    await serveScale(far, () => Promise.resolve(), closing.signal, say);
    expect(lines).toEqual([`the scale can't be changed while this shop runs: ${far} is too long for a socket`]);
  });
});
