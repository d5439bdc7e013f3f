import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { serviceNames } from '../../services.js';
import { configuredPorts, portSetting, refuseTakenPorts } from './ports.js';
import { defaultPorts, portNames } from './processes.js';

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
    expect(() => configuredPorts({ ORDER_PORT: 'x' })).toThrow(
      'ORDER_PORT is "x"; it must be a port from 1 to 65535 that browsers do not block',
    ));
  it.each(portNames.flatMap((name) => ['0', '-1', '65536', '0x50', '3e3', '1.5'].map((text) => [name, text] as const)))(
    'are rejected when that of %s is %j',
    (name, text) =>
      expect(() => configuredPorts({ [portSetting(name)]: text })).toThrow(`${portSetting(name)} is "${text}"`),
  );
  it.each([...serviceNames, 'provider'] as const)('are rejected when browsers block that of %s', (name) =>
    expect(() => configuredPorts({ [portSetting(name)]: '6000' })).toThrow(
      `${portSetting(name)} is "6000"; it must be a port from 1 to 65535 that browsers do not block`,
    ),
  );
  it('can be such a port for PostgreSQL and Kafka', () =>
    expect(configuredPorts({ POSTGRES_PORT: '6000', KAFKA_PORT: '6666' })).toMatchObject({
      postgres: 6000,
      kafka: 6666,
    }));
  it('are rejected when some are equal, also to a default', () => {
    expect(() => configuredPorts({ ORDER_PORT: '3000' })).toThrow('ORDER_PORT and GATEWAY_PORT are the same, 3000');
    expect(() => configuredPorts({ PROVIDER_PORT: '19092' })).toThrow(
      'PROVIDER_PORT and KAFKA_PORT are the same, 19092',
    );
    expect(() => configuredPorts({ USER_PORT: '5000', CART_PORT: '5000', KAFKA_PORT: '5000' })).toThrow(
      'USER_PORT and CART_PORT and KAFKA_PORT are the same, 5000',
    );
  });
});
