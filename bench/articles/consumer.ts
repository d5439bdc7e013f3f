import 'reflect-metadata';
import { kafkaClient, MessagingParts, PostgresStore, systemWorld } from '@tradewind/messaging';
import { readConnections, setting } from '../ground/connections.js';
import { endWith, ready } from '../ground/service-life.js';
import { topicNamed } from './backlog.js';
import { dataSourceOf } from './tables.js';
import { serviceOver } from './service.js';
import { Counting } from './tally.js';
import type { WorkName } from './work.js';

/* One consumer: a process of its own with the library as it is deployed. */
const { url, brokers } = readConnections();
const counting = new Counting();
const { options, controller } = serviceOver(
  setting('WORK') as WorkName,
  setting('SERVICE'),
  topicNamed(setting('TOPIC'), Number(setting('PARTITIONS'))),
  () => counting.decided(),
);

const onFatal = (error: Error): void => {
  console.error(error);
  process.exit(1);
};
const dataSource = await dataSourceOf(url).initialize();
const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'bench' });
const log = (level: string, message: string, detail?: object): void =>
  void (level !== 'info' && console.error(level, message, detail));
const parts = new MessagingParts(
  options,
  { store: new PostgresStore(dataSource), kafka, world: systemWorld, log, onFatal },
  () => [],
);
parts.hear(controller);
parts.runner.onCommitted(() => counting.committed());

endWith(async () => {
  await parts.leave();
  await parts.finish();
  await kafka.close();
  await dataSource.destroy();
});

ready();
parts.start();
parts.transport.listen((error) => error && onFatal(error));
