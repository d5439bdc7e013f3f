import type { Secrets } from './secrets.js';
import type { DatabaseService, Service } from './processes.js';

/** What the environment of a shop's processes is made of. */
export interface Surroundings {
  readonly kafkaBrokers: string;
  readonly databases: Readonly<Record<DatabaseService, string>>;
  readonly gatewayUrl: string;
  readonly providerUrl: string;
  readonly secrets: Secrets;
  readonly providerLog: string;
  readonly instancesFile: string;
}

type Environment = Readonly<Record<string, string>>;

const littleMemory = '--max-old-space-size=384 --max-semi-space-size=8';

/**
 * Left alone, Node lets garbage lie while the machine has room, and glibc keeps an arena for each of its threads (docs/operations.md). What
 * NODE_OPTIONS say in the given environment comes behind, so it wins.
 */
export function withLittleMemory(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: more = '' } = env;
  return { MALLOC_ARENA_MAX: '1', ...env, NODE_OPTIONS: `${littleMemory} ${more}`.trimEnd() };
}

/** Everything that a service reads; a service starts with nothing else. */
export function environmentOf(service: Service, port: number, around: Surroundings): Environment {
  const everywhere = { PORT: String(port), HOST: '127.0.0.1', KAFKA_BROKERS: around.kafkaBrokers };
  if (service === 'gateway')
    return { TRUSTED_ADDRESSES: '127.0.0.1,::1', ...everywhere, INSTANCES_FILE: around.instancesFile };
  return { ...everywhere, DATABASE_URL: around.databases[service], MIGRATIONS: 'apply', ...ownOf(service, around) };
}

export function providerEnvironment(port: number, around: Surroundings): Environment {
  return {
    PORT: String(port),
    HOST: '127.0.0.1',
    PROVIDER_LOG: around.providerLog,
    PROVIDER_WEBHOOK_SECRET: around.secrets.providerWebhookSecret,
    PROVIDER_WEBHOOK_URL: `${around.gatewayUrl}/payments/webhooks/simulated`,
  };
}

function ownOf(service: DatabaseService, around: Surroundings): Environment {
  switch (service) {
    case 'user':
    case 'cart':
    case 'order':
      return { DATA_KEY_SECRET: around.secrets.dataKeySecret };
    case 'payment':
      return { PROVIDER_URL: around.providerUrl, PROVIDER_WEBHOOK_SECRET: around.secrets.providerWebhookSecret };
    case 'product':
      return {};
  }
}
