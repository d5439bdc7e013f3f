import {
  databaseServices,
  describeService,
  isDatabaseService,
  type DatabaseService,
  type ServiceName,
} from '../../services.js';
import { loginEnvironment } from '../../kafka-users.js';
import type { ServiceDatabase } from '../postgres/service-database.js';
import type { Secrets } from './secrets.js';

export type ServiceDatabases = Readonly<Record<DatabaseService, ServiceDatabase>>;

/** The values from which the environment of each process is made. */
export interface ServiceSettings {
  readonly kafkaBrokers: string;
  readonly kafkaLogins: string | undefined;
  readonly databases: ServiceDatabases;
  readonly gatewayUrl: string;
  readonly providerUrl: string;
  readonly secrets: Secrets;
  readonly providerLog: string;
  readonly instancesFile: string;
  readonly mailFolder: string;
  readonly auditFile: string;
}

type Environment = Readonly<Record<string, string>>;

const memoryOptions = '--max-old-space-size=384 --max-semi-space-size=8';

/**
 * Limits the memory of a service (docs/operations.md). By default, Node collects little garbage while the machine has free memory, and
 * glibc keeps an arena for each thread. NODE_OPTIONS of the given environment come last, so they override the limits.
 */
export function withMemoryLimits(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: more = '' } = env;
  return { MALLOC_ARENA_MAX: '1', ...env, NODE_OPTIONS: `${memoryOptions} ${more}`.trimEnd() };
}

/** All settings that a service needs to start. */
export function environmentOf(service: ServiceName, port: number, settings: ServiceSettings): Environment {
  const { sealsData, callsProvider, signsTokens, sendsMail } = describeService(service);
  const { signingRoot } = settings.secrets;
  const common = {
    PORT: String(port),
    HOST: '127.0.0.1',
    KAFKA_BROKERS: settings.kafkaBrokers,
    ...loginEnvironment(settings.kafkaLogins, service),
    SIGNING_ROOT_PUBLIC_KEY: signingRoot.publicKey,
  };
  if (!isDatabaseService(service))
    return {
      TRUSTED_ADDRESSES: '127.0.0.1,::1',
      ...common,
      INSTANCES_FILE: settings.instancesFile,
      INSTANCE_HOSTS: '127.0.0.1',
    };
  return {
    ...common,
    DATABASE_URL: settings.databases[service].url,
    MIGRATION_DATABASE_URL: settings.databases[service].ownerUrl,
    MIGRATIONS: 'apply',
    ...(sealsData && { DATA_KEY_SECRET: settings.secrets.dataKeySecret }),
    ...(signsTokens && { SIGNING_ROOT_PRIVATE_KEY: signingRoot.privateKey }),
    ...(sendsMail && { MAIL_FOLDER: settings.mailFolder }),
    ...(callsProvider && {
      PROVIDER_URL: settings.providerUrl,
      PROVIDER_API_KEY: settings.secrets.providerApiKey,
      PROVIDER_WEBHOOK_SECRET: settings.secrets.providerWebhookSecret,
    }),
  };
}

/** The console logs in at the gateway, and reads the databases as the services' roles do. */
export function consoleEnvironment(port: number, settings: ServiceSettings): Environment {
  return {
    PORT: String(port),
    HOST: '127.0.0.1',
    KAFKA_BROKERS: settings.kafkaBrokers,
    ...loginEnvironment(settings.kafkaLogins, 'operator'),
    GATEWAY_URL: settings.gatewayUrl,
    CONSOLE_SECRET: settings.secrets.consoleSecret,
    AUDIT_FILE: settings.auditFile,
    TRADEWIND_DATABASES: databaseServices.map((name) => `${name}=${settings.databases[name].url}`).join(),
  };
}

export function providerEnvironment(port: number, settings: ServiceSettings): Environment {
  return {
    PORT: String(port),
    HOST: '127.0.0.1',
    PROVIDER_LOG: settings.providerLog,
    PROVIDER_API_KEY: settings.secrets.providerApiKey,
    PROVIDER_WEBHOOK_SECRET: settings.secrets.providerWebhookSecret,
    PROVIDER_WEBHOOK_URL: `${settings.gatewayUrl}/payments/webhooks/simulated`,
  };
}
