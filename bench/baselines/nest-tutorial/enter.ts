import { kafkaClient } from '@tradewind/messaging';
import { freePorts } from '../../../tools/platform/process/ports.js';
import type { Contestant, Place } from '../../ground/contestant.js';
import { Services } from '../../ground/services.js';
import { audit, createDatabases, fill, serviceNames } from '../nest-shop/shop-books.js';
import { allTopics, topics } from './topics.js';

/**
 * The shop as tutorials of NestJS with Kafka build it: a handler saves by TypeORM and emits the next event. No outbox, no inbox, no saga: a crash
 * between the two loses the event, a record that comes again is handled again.
 */
export async function enterNestTutorial({ brokers, postgresUrl, products, folder }: Place): Promise<Contestant> {
  const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'tutorial' });
  await kafka.provision(allTopics);
  await kafka.close();
  const urls = await createDatabases(postgresUrl, 'tutorial');
  const ports = await freePorts(serviceNames.length);
  const programs = serviceNames.map((name, index) => ({
    name,
    file: new URL(`${name}/main.js`, import.meta.url),
    env: { DATABASE_URL: urls[name], KAFKA_BROKERS: brokers, PORT: String(ports[index]) },
  }));
  const services = await Services.start(programs, folder);
  await fill(urls, products);
  return {
    name: 'nest-tutorial',
    ordersUrl: `http://127.0.0.1:${ports[0]}/orders`,
    processes: services.processes,
    outcomes: topics.orderEvents,
    audit: () => {
      services.check();
      return audit(urls, products);
    },
    stop: () => services.stop(),
  };
}
