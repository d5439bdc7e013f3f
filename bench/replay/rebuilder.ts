import 'reflect-metadata';
import { kafkaClient, MessagingParts, PostgresStore, Rebuild, systemWorld } from '@tradewind/messaging';
import { topicNamed } from '../articles/backlog.js';
import { copiesOver } from '../articles/copies.js';
import { dataSourceOf } from '../articles/tables.js';
import { readConnections, setting } from '../ground/connections.js';
import { endWith, ready } from '../ground/service-life.js';
import type { Rebuilt } from './talk.js';

/* Rebuilds the copies once, as `tradewind rebuild … --yes` has a service do it, and tells what has come of it. */
const { url, brokers } = readConnections();
const { options, controller, group } = copiesOver(
  setting('SERVICE'),
  topicNamed(setting('TOPIC'), Number(setting('PARTITIONS'))),
);
const dataSource = await dataSourceOf(url).initialize();
const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'bench' });
const log = (level: string, message: string, detail?: object): void =>
  void (level !== 'info' && console.error(level, message, detail));
const parts = new MessagingParts(
  options,
  { store: new PostgresStore(dataSource), kafka, world: systemWorld, log, onFatal: (error) => console.error(error) },
  () => [],
);
parts.hear(controller);
const rebuild = new Rebuild(parts, options, { dataSource, kafka, world: systemWorld, log }, group, {
  exchange: true,
  reason: 'a measurement',
});

endWith(async () => {
  await kafka.close();
  await dataSource.destroy();
});

process.once('message', () => void tell());
ready();

async function tell(): Promise<void> {
  const { read, seconds, failed, tables, exchanged, lockedMilliseconds } = await rebuild.run();
  const told: Rebuilt = {
    messages: read,
    seconds,
    failed: failed.length,
    corrected: tables.reduce((sum, { different }) => sum + different, 0),
    exchanged,
    lockedMilliseconds,
  };
  process.send!(told);
}
