import { describe, expect, it } from '@jest/globals';
import { readConfig, type ConfigError } from '@tradewind/service';
import { rootEnvironment } from '../../../test/signing-root.js';
import { GatewayConfig } from './gateway.config.js';

const violationsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    readConfig(GatewayConfig, { PORT: '3000', KAFKA_BROKERS: 'one:9092', ...rootEnvironment, ...environment });
    return [];
  } catch (error) {
    return (error as ConfigError).violations;
  }
};

describe('the addresses in the environment of the gateway', () => {
  it('are accepted', () =>
    expect(
      violationsOf({
        STATIC_INSTANCES: 'order=http://10.0.0.7:3004, order=http://[::1]:3004',
        CORS_ORIGINS: 'https://shop.example, http://localhost:8080',
      }),
    ).toEqual([]));
  it.each([
    ['STATIC_INSTANCES', 'order'],
    ['STATIC_INSTANCES', 'order=http://10.0.0.7:6000'],
    ['STATIC_INSTANCES', 'order=http://10.0.0.7:3004,order=http://10.0.0.8:65536'],
    ['STATIC_INSTANCES', 'order=http://10.0.0.7:0'],
    ['CORS_ORIGINS', 'https://shop.example/'],
    ['CORS_ORIGINS', 'https://shop.example:10080'],
    ['CORS_ORIGINS', 'https://shop.example:65536'],
  ])('are refused with the name of the setting: %s=%s', (name, value) =>
    expect(violationsOf({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name} must be`))]),
  );
});
