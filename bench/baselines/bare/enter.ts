import { kafkaClient } from '@tradewind/messaging';
import { freePorts } from '../../../tools/platform/process/ports.js';
import type { Contestant, Place } from '../../ground/contestant.js';
import { Services } from '../../ground/services.js';
import { audit } from './audit.js';
import { createDatabases, type Service } from './schema.js';
import { allTopics, topics } from './topics.js';

/**
 * What the shop could be without a framework, in pg, kafkajs and node:http: the same tables, messages and transactions, in batches. Without
 * tokens, validation, sealing and second tries: what fails ends it. It is the ceiling that the shop is measured against.
 */
export async function enterBare({ brokers, postgresUrl, products, folder }: Place): Promise<Contestant> {
  const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'bare' });
  await kafka.provision(allTopics);
  await kafka.close();
  const urls = await createDatabases(postgresUrl, products);
  const [port = 0] = await freePorts(1);
  const program = (name: Service, env: Readonly<Record<string, string>> = {}) => ({
    name,
    file: new URL(`${name}/main.js`, import.meta.url),
    env: { DATABASE_URL: urls[name], KAFKA_BROKERS: brokers, ...env },
  });
  const services = await Services.start(
    [program('order', { PORT: String(port) }), program('product'), program('payment')],
    folder,
  );
  return {
    name: 'bare',
    ordersUrl: `http://127.0.0.1:${port}/orders`,
    processes: services.processes,
    outcomes: topics.orderEvents.name,
    audit: () => {
      services.check();
      return audit(urls);
    },
    stop: () => services.stop(),
  };
}
