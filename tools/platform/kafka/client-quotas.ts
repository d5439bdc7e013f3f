import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { kafkaJars } from '../process/paths.js';
import { javaCommand } from './start-node.js';

/** Bytes per second of each client and broker. */
export interface ClientQuotas {
  readonly producer_byte_rate?: number;
  readonly consumer_byte_rate?: number;
}

/** Sets the quotas of every client, with Kafka's own tool: a client above them is throttled. */
export async function setClientQuotas(brokers: string, quotas: ClientQuotas): Promise<void> {
  const config = Object.entries(quotas)
    .map(([name, rate]) => `${name}=${rate}`)
    .join(',');
  await promisify(execFile)(javaCommand(), [
    ...['-Xmx128m', '-XX:TieredStopAtLevel=1', '-cp', `${kafkaJars()}/*`, 'kafka.admin.ConfigCommand'],
    ...['--bootstrap-server', brokers, '--alter', '--add-config', config],
    ...['--entity-type', 'clients', '--entity-default'],
  ]);
}
