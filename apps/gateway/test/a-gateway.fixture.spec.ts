import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readConfig, startService, type RunningService } from '@tradewind/service';
import { request, type Dispatcher } from 'undici';
import { GatewayConfig } from '../src/gateway.config.js';
import { GatewayModule } from '../src/gateway.module.js';
import type { OwnKafka } from './own-kafka.fixture.spec.js';

export type Asking = Omit<Dispatcher.RequestOptions, 'origin' | 'path' | 'method'> & { method?: Dispatcher.HttpMethod };

/** Where a gateway of the tests writes down what it knows. */
export const knownFile = ({ folder }: OwnKafka): string => join(folder, 'known.json');

/** A gateway that trusts the tests, with a file on the broker's folder. */
export function aGateway(kafka: OwnKafka, rest: Readonly<Record<string, string>> = {}): Promise<RunningService> {
  const config = readConfig(GatewayConfig, {
    PORT: '0',
    LOG_LEVEL: 'silent',
    KAFKA_BROKERS: kafka.brokers,
    INSTANCE_ID: `gateway-${randomBytes(4).toString('hex')}`,
    TRUSTED_ADDRESSES: '127.0.0.1',
    INSTANCES_FILE: knownFile(kafka),
    ...rest,
  });
  return startService(GatewayModule.forRoot(config), config);
}

export const ask = (at: RunningService, path: string, options: Asking = {}) =>
  request(`${at.url}${path}`, { method: 'GET', ...options });

/** The whole answer. */
export async function answerTo(at: RunningService, path: string, options: Asking = {}) {
  const { statusCode, headers, body } = await ask(at, path, options);
  const text = await body.text();
  return { status: statusCode, headers, text, json: () => JSON.parse(text) as Record<string, unknown> };
}
