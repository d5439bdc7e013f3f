import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readConfig, startService, type RunningService } from '@tradewind/service';
import { request, type Dispatcher } from 'undici';
import { GatewayConfig } from '../src/gateway.config.js';
import { GatewayModule } from '../src/gateway.module.js';
import type { DedicatedKafka } from './dedicated-kafka.fixture.spec.js';

export type RequestOptions = Omit<Dispatcher.RequestOptions, 'origin' | 'path' | 'method'> & {
  method?: Dispatcher.HttpMethod;
};

/** The `INSTANCES_FILE` of the gateways under test. */
export const snapshotFile = ({ folder }: DedicatedKafka): string => join(folder, 'known.json');

/** A gateway without rate limits for the tests. */
export function aGateway(kafka: DedicatedKafka, rest: Readonly<Record<string, string>> = {}): Promise<RunningService> {
  const config = readConfig(GatewayConfig, {
    PORT: '0',
    LOG_LEVEL: 'silent',
    KAFKA_BROKERS: kafka.brokers,
    INSTANCE_ID: `gateway-${randomBytes(4).toString('hex')}`,
    TRUSTED_ADDRESSES: '127.0.0.1',
    INSTANCES_FILE: snapshotFile(kafka),
    ...rest,
  });
  return startService(GatewayModule.forRoot(config), config);
}

export const send = (at: RunningService, path: string, options: RequestOptions = {}) =>
  request(`${at.url}${path}`, { method: 'GET', ...options });

/** Resolves to the complete response. */
export async function fetchFrom(at: RunningService, path: string, options: RequestOptions = {}) {
  const { statusCode, headers, body } = await send(at, path, options);
  const text = await body.text();
  return { status: statusCode, headers, text, json: () => JSON.parse(text) as Record<string, unknown> };
}

/** Limits that a few requests reach. */
export const strictLimits = {
  TRUSTED_ADDRESSES: '',
  RATE_ADDRESS_PER_SECOND: '0.1',
  RATE_ADDRESS_BURST: '8',
  RATE_USER_PER_SECOND: '0.1',
  RATE_USER_BURST: '3',
  RATE_LOGIN_PER_SECOND: '0.1',
  RATE_LOGIN_BURST: '2',
};
