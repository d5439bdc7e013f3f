import { describe, expect, it } from '@jest/globals';
import { perKafkaUser } from '../../kafka-users.js';
import { describeService, perDatabase, serviceNames } from '../../services.js';
import { environmentOf, providerEnvironment, withMemoryLimits, type ServiceSettings } from './environment.js';

const settings: ServiceSettings = {
  kafkaBrokers: '127.0.0.1:19092',
  kafkaLogins: undefined,
  databases: perDatabase((service) => ({ url: `postgres://${service}`, ownerUrl: `postgres://${service}_owner` })),
  gatewayUrl: 'http://127.0.0.1:3000',
  providerUrl: 'http://127.0.0.1:3010',
  secrets: {
    postgresPassword: 'postgres',
    databasePasswords: perDatabase((service) => ({ service, owner: service })),
    kafkaPasswords: perKafkaUser((user) => user),
    dataKeySecret: 'data-key',
    providerWebhookSecret: 'webhook',
    providerApiKey: 'api-key',
    consoleSecret: 'console',
    signingRoot: { publicKey: 'public', privateKey: 'private' },
    admin: { email: 'admin@tradewind.example', password: 'admin' },
  },
  providerLog: 'provider.log',
  instancesFile: 'instances.json',
  auditFile: 'audit.json',
  mailFolder: 'mail',
};

describe('the memory of a service', () => {
  it('is limited by default', () => {
    expect(withMemoryLimits({ PORT: '1' })).toEqual({
      PORT: '1',
      MALLOC_ARENA_MAX: '1',
      NODE_OPTIONS: '--max-old-space-size=384 --max-semi-space-size=8',
    });
  });

  it('can be changed: of two equal options Node takes the last', () => {
    expect(withMemoryLimits({ NODE_OPTIONS: '--max-old-space-size=4096', MALLOC_ARENA_MAX: '4' })).toEqual({
      MALLOC_ARENA_MAX: '4',
      NODE_OPTIONS: '--max-old-space-size=384 --max-semi-space-size=8 --max-old-space-size=4096',
    });
  });
});

describe('the environment of a service', () => {
  it('has its port, Kafka and its own database', () =>
    expect(environmentOf('product', 3002, settings)).toEqual({
      PORT: '3002',
      HOST: '127.0.0.1',
      KAFKA_BROKERS: '127.0.0.1:19092',
      SIGNING_ROOT_PUBLIC_KEY: 'public',
      DATABASE_URL: 'postgres://product',
      MIGRATION_DATABASE_URL: 'postgres://product_owner',
      MIGRATIONS: 'apply',
    }));

  it('has no database for the gateway', () =>
    expect(environmentOf('gateway', 3000, settings)).toEqual({
      PORT: '3000',
      HOST: '127.0.0.1',
      KAFKA_BROKERS: '127.0.0.1:19092',
      SIGNING_ROOT_PUBLIC_KEY: 'public',
      TRUSTED_ADDRESSES: '127.0.0.1,::1',
      INSTANCES_FILE: 'instances.json',
      INSTANCE_HOSTS: '127.0.0.1',
    }));

  it('has a secret only for the services that need it', () => {
    const servicesWith = (name: string): string[] =>
      serviceNames.filter((service) => name in environmentOf(service, 1, settings));
    const described = (has: 'sealsData' | 'callsProvider' | 'signsTokens' | 'sendsMail'): string[] =>
      serviceNames
        .map(describeService)
        .filter((service) => service[has])
        .map(({ name }) => name);
    expect(servicesWith('DATA_KEY_SECRET')).toEqual(described('sealsData'));
    expect(servicesWith('SIGNING_ROOT_PRIVATE_KEY')).toEqual(described('signsTokens'));
    expect(servicesWith('MAIL_FOLDER')).toEqual(described('sendsMail'));
    expect(servicesWith('PROVIDER_API_KEY')).toEqual(described('callsProvider'));
    expect(servicesWith('PROVIDER_WEBHOOK_SECRET')).toEqual(described('callsProvider'));
  });
});

describe('the environment of the payment provider', () => {
  it('has the address and the secret of its webhooks', () =>
    expect(providerEnvironment(3010, settings)).toMatchObject({
      PROVIDER_WEBHOOK_URL: 'http://127.0.0.1:3000/payments/webhooks/simulated',
      PROVIDER_WEBHOOK_SECRET: 'webhook',
      PROVIDER_API_KEY: 'api-key',
    }));
});
