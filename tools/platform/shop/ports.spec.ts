import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { configuredPorts, refuseTakenPorts } from './ports.js';
import { defaultPorts } from './processes.js';

describe('a port that is in use', () => {
  let server: Server;
  let taken: number;
  beforeEach(async () => {
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    taken = (server.address() as { port: number }).port;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it('is reported with its number, name and setting', async () => {
    await expect(refuseTakenPorts({ ...defaultPorts, order: taken }, ['order'])).rejects.toThrow(
      `port ${taken} (order) is taken; set ORDER_PORT or stop the process that listens there`,
    );
  });

  it('is not checked when the shop does not need it', async () => {
    await expect(refuseTakenPorts({ ...defaultPorts, kafka: taken }, [])).resolves.toBeUndefined();
  });
});

describe('ports from the environment', () => {
  it('are the default ones without a setting', () => expect(configuredPorts({})).toEqual(defaultPorts));
  it('are changed by their setting', () =>
    expect(configuredPorts({ KAFKA_CONTROLLER_PORT: '29093' })['kafka-controller']).toBe(29093));
  it('are rejected when they are not numbers', () =>
    expect(() => configuredPorts({ ORDER_PORT: 'x' })).toThrow('ORDER_PORT is "x"; it must be a port from 1 to 65535'));
  it('are rejected when two are equal', () =>
    expect(() => configuredPorts({ ORDER_PORT: '3000' })).toThrow('ORDER_PORT and GATEWAY_PORT are both 3000'));
});
