import 'reflect-metadata';
import { Message } from '@tradewind/messaging';
import { MessagingRuntime, PostgresStore, systemPorts } from '@tradewind/messaging/internals';
import { MessageRegistry } from '@tradewind/messaging/message';
import { IsInt, IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { startBareRelay } from '../baselines/bare/relay.js';
import { connectKafka } from '../environment/kafka.js';
import { exitOnError, logProblem, onStop, readConnections, ready, send, setting } from '../environment/program.js';
import { atRate } from '../environment/rate.js';
import { parcel, parcelTopic, parcelType, partitions, type Commit } from './parcel.js';

/*
 * A process with an outbox and a relay, that of the library or the bare one. The first message starts the relay. The second one appends rows at a
 * steady rate, each in a transaction of its own; the answer is when each was committed.
 */
const { url, brokers } = readConnections();
const topicName = setting('TOPIC');
const [first, perSecond, milliseconds] = ['FIRST', 'PER_SECOND', 'MILLISECONDS'].map((name) => Number(setting(name)));

@Message({ type: parcelType, topic: parcelTopic(topicName), key: 'key' })
class Parcel {
  @IsString() readonly key!: string;
  @IsInt() readonly number!: number;
}

const dataSource = await new DataSource({ type: 'postgres', url, extra: { max: 8 } }).initialize();
const store = new PostgresStore(dataSource);
let notify: (() => void) | undefined;

onStop(() => dataSource.destroy());
process.on('message', () => void (notify ? commitAll().then(send) : startRelay().then((wake) => (notify = wake))));
ready();

async function startRelay(): Promise<() => void> {
  if (setting('RELAY') === 'bare')
    return startBareRelay({ url, brokers, source: 'bench', partitionsOf: () => partitions });
  const { relay } = new MessagingRuntime(
    { service: 'bench', contracts: new MessageRegistry([Parcel]), lockOrder: [] },
    { store, kafka: connectKafka(brokers), ports: systemPorts, log: logProblem, onFatal: exitOnError },
    () => [],
  );
  relay.start();
  return () => relay.wake();
}

async function commitAll(): Promise<Commit[]> {
  const commits: Promise<Commit>[] = [];
  await atRate(perSecond!, milliseconds!, () => commits.push(commit(first! + commits.length)));
  return Promise.all(commits);
}

async function commit(number: number): Promise<Commit> {
  const row = parcel(topicName, number);
  await store.transaction((transaction) => transaction.append([row]));
  const at = process.hrtime.bigint();
  notify!();
  return [row.id, at];
}
