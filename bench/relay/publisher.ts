import 'reflect-metadata';
import { Catalogue, kafkaClient, Message, MessagingParts, PostgresStore, systemWorld } from '@tradewind/messaging';
import { IsInt, IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { BareRelay } from '../baselines/bare/relay.js';
import { readConnections, setting } from '../ground/connections.js';
import { endWith, ready } from '../ground/service-life.js';
import { parcel, partitions, topicNamed, type } from './parcels.js';
import type { Commit, Order } from './talk.js';

/*
 * One process with an outbox and a relay, the library's or the bare one. Told to publish, it starts the relay; told to commit, it appends rows
 * at a steady rate, each in a transaction of its own, and tells when each was committed.
 */
const { url, brokers } = readConnections();
const topicName = setting('TOPIC');

@Message({ type, topic: topicNamed(topicName), key: 'key' })
class Parcel {
  @IsString() readonly key!: string;
  @IsInt() readonly number!: number;
}

interface Publishing {
  wake(): void;
  close(): Promise<void>;
}

const dataSource = await new DataSource({ type: 'postgres', url, extra: { max: 8 } }).initialize();
const store = new PostgresStore(dataSource);
let publishing: Publishing | undefined;

process.on('message', (order: Order) => void obey(order));
ready();

endWith(async () => {
  await publishing?.close();
  await dataSource.destroy();
});

async function obey(order: Order): Promise<void> {
  if (order.what === 'publish') publishing = await (setting('RELAY') === 'bare' ? bare() : library());
  else process.send!(await commitAll(order.count, order.perSecond, order.from));
}

function bare(): Promise<Publishing> {
  return BareRelay.open({ url, brokers, source: 'bench', partitionsOf: () => partitions });
}

function library(): Promise<Publishing> {
  const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'bench' });
  const onFatal = (error: Error): void => {
    console.error(error);
    process.exit(1);
  };
  const log = (level: string, message: string, detail?: object): void =>
    void (level !== 'info' && console.error(level, message, detail));
  const { relay } = new MessagingParts(
    { service: 'bench', contracts: new Catalogue([Parcel]), lockOrder: [] },
    { store, kafka, world: systemWorld, log, onFatal },
    () => [],
  );
  relay.start();
  return Promise.resolve({
    wake: () => relay.wake(),
    close: async () => {
      await relay.stop();
      await kafka.close();
    },
  });
}

async function commitAll(count: number, perSecond: number, from: number): Promise<Commit[]> {
  const commits: Promise<Commit>[] = [];
  const since = performance.now();
  while (commits.length < count) {
    const due = Math.min(count, Math.floor(((performance.now() - since) / 1_000) * perSecond) + 1);
    while (commits.length < due) commits.push(commit(from + commits.length));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return Promise.all(commits);
}

async function commit(number: number): Promise<Commit> {
  const row = parcel(topicName, number);
  await store.transaction((transaction) => transaction.append([row]));
  const at = process.hrtime.bigint();
  publishing!.wake();
  return [row.id, at];
}
