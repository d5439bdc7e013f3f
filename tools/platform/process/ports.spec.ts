import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePorts, isFree } from './ports.js';

describe('free ports', () => {
  let server: Server | undefined;
  afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

  it('are never returned twice, even without a listener', async () => {
    const ports = [...(await freePorts(30)), ...(await freePorts(30)), ...(await freePorts(1))];
    expect(new Set(ports).size).toBe(61);
  });

  it('have no listener', async () => {
    const [port = 0] = await freePorts(1);
    expect(await isFree(port)).toBe(true);
    server = createServer();
    await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
    expect(await isFree(port)).toBe(false);
  });
});
