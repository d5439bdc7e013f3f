import 'reflect-metadata';
import { kafkaClient, PostgresStore, recoverDatabase, recoverPositions, systemWorld } from '@tradewind/messaging';
import { topicNamed } from '../articles/backlog.js';
import { shelfConsumers, shelfRecovery } from '../articles/recovery.js';
import { shelvesOver } from '../articles/shelves.js';
import { dataSourceOf } from '../articles/tables.js';
import { readConnections, setting } from '../ground/connections.js';
import { endWith, ready } from '../ground/service-life.js';
import type { Recovered } from './talk.js';

/* Recovers the shelves' database once, as `tradewind recover … --yes` has a service do it, and tells what has come of it. */
const { url, brokers } = readConnections();
const asks = setting('TOPIC');
const { options, group } = shelvesOver(setting('SERVICE'), topicNamed(asks, Number(setting('PARTITIONS'))));
const dataSource = await dataSourceOf(url).initialize();
const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'bench' });
const context = {
  options,
  dataSource,
  kafka,
  world: systemWorld,
  store: new PostgresStore(dataSource),
  reason: 'a measurement',
};
const consumers = shelfConsumers(group, asks);

endWith(async () => {
  await kafka.close();
  await dataSource.destroy();
});

process.once('message', () => void tell());
ready();

async function tell(): Promise<void> {
  const since = performance.now();
  const { messages } = await recoverDatabase(context, {
    recovery: shelfRecovery,
    consumers,
    migrationsTable: 'migrations',
  });
  const { groups } = await recoverPositions(context, consumers);
  const told: Recovered = {
    messages,
    seconds: (performance.now() - since) / 1_000,
    left: groups.reduce((sum, { left }) => sum + left, 0),
  };
  process.send!(told);
}
