import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePorts, isFree } from './ports.js';

describe('free ports', () => {
  let server: Server | undefined;
  afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

  it('are never given twice, though nobody listens on them yet', async () => {
    const given = [...(await freePorts(30)), ...(await freePorts(30)), ...(await freePorts(1))];
    expect(new Set(given).size).toBe(61);
  });

  it('are not those where somebody listens', async () => {
    const [port = 0] = await freePorts(1);
    expect(await isFree(port)).toBe(true);
    server = createServer();
    await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
    expect(await isFree(port)).toBe(false);
  });
});
