import type { Option } from 'commander';
import type { Topic } from '@tradewind/messaging';
import type { KafkaSettings, ServiceDescription } from '@tradewind/messaging/internals';
import type { Databases } from '../databases/databases.js';
import { OperatorError } from '../databases/errors.js';
import type { SystemFlags } from './command.js';

/** The system that the commands operate on: where it is, and how the programs of its services are run. */
export interface OperatedSystem {
  /** The services with a database, in the order in which they are recovered. */
  services(flags: SystemFlags): readonly string[];
  topics(flags: SystemFlags): Promise<readonly Topic[]>;
  /** Options of every command that say where the system is. */
  readonly options: readonly Option[];
  databases(flags: SystemFlags): Databases;
  /** `host:port`, several separated by commas. */
  brokers(flags: SystemFlags): string;
  /** TLS and the login at the brokers. */
  security(flags: SystemFlags): Pick<KafkaSettings, 'ssl' | 'sasl'>;
  /** Creates the database of a service if it does not exist. */
  createDatabase(service: string, flags: SystemFlags): Promise<void>;
  /** What a service is in this checkout, from its own program. */
  describe(service: string, flags: SystemFlags): Promise<ServiceDescription>;
  /** Runs an operation by the service's own program, and resolves with its result. Rejects with OperatorError if it fails. */
  runInService<T>(service: string, operation: string, request: object, flags: SystemFlags): Promise<T>;
}

/** The service of a consumer: `cart` of `cart.prices`. Throws OperatorError that names all services. */
export function serviceOf(system: OperatedSystem, consumer: string, flags: SystemFlags): string {
  const services = system.services(flags);
  const service = services.find((name) => name === consumer.split('.')[0]);
  if (!service)
    throw new OperatorError(
      `no service has a consumer "${consumer}": the name of a consumer begins with its service (${services.join(', ')}), as in ${services[0]}.prices`,
    );
  return service;
}
