import 'reflect-metadata';
import { Message } from '@tradewind/messaging';
import { MessagingRuntime, PostgresStore, systemPorts } from '@tradewind/messaging/internals';
import { MessageRegistry } from '@tradewind/messaging/message';
import { IsInt, IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { startBareRelay, type BareRelay } from '../baselines/bare/relay.js';
import { connectKafka } from '../environment/kafka.js';
import { exitOnError, logProblem, onStop, readConnections, ready, send, setting } from '../environment/program.js';
import type { Commit, PublisherCommand } from './measure.js';
import { parcel, parcelTopic, parcelType, partitions } from './parcel.js';

/*
 * A process with an outbox and a relay, that of the library or the bare one. `publish` starts the relay. `commit` appends rows at a steady rate,
 * each in a transaction of its own, and sends when each was committed.
 */
const { url, brokers } = readConnections();
const topicName = setting('TOPIC');

@Message({ type: parcelType, topic: parcelTopic(topicName), key: 'key' })
class Parcel {
  @IsString() readonly key!: string;
  @IsInt() readonly number!: number;
}

const dataSource = await new DataSource({ type: 'postgres', url, extra: { max: 8 } }).initialize();
const store = new PostgresStore(dataSource);
let relay: BareRelay | undefined;

process.on('message', (command: PublisherCommand) => void execute(command));
ready();

onStop(async () => {
  await relay?.close();
  await dataSource.destroy();
});

async function execute(command: PublisherCommand): Promise<void> {
  if (command.do === 'publish')
    relay =
      setting('RELAY') === 'bare'
        ? await startBareRelay({ url, brokers, source: 'bench', partitionsOf: () => partitions })
        : startLibraryRelay();
  else send(await commitAll(command.count, command.perSecond, command.from));
}

function startLibraryRelay(): BareRelay {
  const kafka = connectKafka(brokers);
  const { relay: libraryRelay } = new MessagingRuntime(
    { service: 'bench', contracts: new MessageRegistry([Parcel]), lockOrder: [] },
    { store, kafka, ports: systemPorts, log: logProblem, onFatal: exitOnError },
    () => [],
  );
  libraryRelay.start();
  return {
    notify: () => libraryRelay.wake(),
    close: async () => {
      await libraryRelay.stop();
      await kafka.close();
    },
  };
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
  relay!.notify();
  return [row.id, at];
}
