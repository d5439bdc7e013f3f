import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { contracts, SigningKeyAnnounced } from '@tradewind/contracts';
import { kafkaClient, type KafkaClient } from '@tradewind/messaging';
import type { OutgoingRecord } from '@tradewind/messaging/internals';
import { readConfig, startService, type RunningService } from '@tradewind/service';
import { eventually } from '@tradewind/testing';
import { MessagePublisher, recordOf } from '@tradewind/testing/service';
import { request, type Dispatcher } from 'undici';
import { announcementOf, rootEnvironment } from '../../../test/signing-root.js';
import { DedicatedKafka } from '../../../tools/platform/kafka/dedicated-kafka.js';
import { GatewayConfig } from '../src/gateway.config.js';
import { GatewayModule } from '../src/gateway.module.js';
import type { Pair } from './access-tokens.fixture.spec.js';

export type RequestOptions = Omit<Dispatcher.RequestOptions, 'origin' | 'path' | 'method'> & {
  method?: Dispatcher.HttpMethod;
};

/** Gateways under test, with a Kafka on which only the test publishes: the services of other test files publish heartbeats too. */
export class GatewayEnvironment {
  private readonly gateways: RunningService[] = [];

  private constructor(
    readonly kafka: DedicatedKafka,
    private readonly client: KafkaClient,
    private readonly publisher: MessagePublisher,
  ) {}

  static async start(): Promise<GatewayEnvironment> {
    const kafka = await DedicatedKafka.start();
    const client = kafkaClient({ brokers: [kafka.brokers], clientId: 'test' });
    await eventually(() => client.provision(contracts.topics).then(() => true));
    return new GatewayEnvironment(kafka, client, await MessagePublisher.open(client));
  }

  /** The `INSTANCES_FILE` of the gateways. */
  get snapshotFile(): string {
    return join(this.kafka.folder, 'known.json');
  }

  /** Starts one more gateway, without rate limits unless `rest` sets them. */
  async gateway(rest: Readonly<Record<string, string>> = {}): Promise<RunningService> {
    const config = readConfig(GatewayConfig, {
      PORT: '0',
      LOG_LEVEL: 'silent',
      ...rootEnvironment,
      KAFKA_BROKERS: this.kafka.brokers,
      INSTANCE_ID: `gateway-${randomBytes(4).toString('hex')}`,
      TRUSTED_ADDRESSES: '127.0.0.1',
      INSTANCES_FILE: this.snapshotFile,
      ...rest,
    });
    const gateway = await startService(GatewayModule.forRoot(config), config);
    this.gateways.push(gateway);
    return gateway;
  }

  publish<M extends object>(message: new () => M, fields: M): Promise<void> {
    return this.publishRecord(recordOf({ message, fields }));
  }

  /** Announces a signing key, as the user service does. */
  announce(key: Pair): Promise<void> {
    return this.publish(SigningKeyAnnounced, announcementOf(key));
  }

  /** Retries until the broker accepts the record: a new or restarted topic has no leader yet. */
  async publishRecord(record: OutgoingRecord): Promise<void> {
    await eventually(() => this.publisher.publishRecords(record).then(() => true));
  }

  async stop(): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway.stop()));
    await this.publisher.close();
    await this.client.close();
    await this.kafka.remove();
  }
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
  RATE_REGISTRATION_PER_SECOND: '0.1',
  RATE_REGISTRATION_BURST: '2',
};
