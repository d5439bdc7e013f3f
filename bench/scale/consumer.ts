import 'reflect-metadata';
import type { KafkaClient } from '@tradewind/messaging';
import { MessagingRuntime, PostgresStore, systemPorts } from '@tradewind/messaging/internals';
import { DataSource } from 'typeorm';
import { connectKafka } from '../environment/kafka.js';
import { exitOnError, logProblem, onStop, readConnections, setting } from '../environment/program.js';
import { CompletedJobs, contracts, effectConcurrency, group, JobHandler, ConsumerReport, SlowCall } from './job.js';

/* One consumer: a process with the library as it is deployed. Every 20 ms it reports what it has done: a message for each event would cost too much. */
let report = new ConsumerReport();
const sendReport = (): Promise<void> =>
  new Promise((resolve) => {
    if (report.isEmpty || !process.connected) return resolve();
    process.send!(report, undefined, undefined, () => resolve()); // fails when the parent is gone, which `onStop` handles
    report = new ConsumerReport();
  });
const reporting = setInterval(() => void sendReport(), 20);

const { url, brokers } = readConnections();
const dataSource = await new DataSource({ type: 'postgres', url, extra: { max: 6, pipeline: true } }).initialize();
const kafka = connectKafka(brokers, setting('CONSUMER'));
const runtime = new MessagingRuntime(
  { service: group, contracts, lockOrder: [CompletedJobs], effectConcurrency },
  {
    store: new PostgresStore(dataSource),
    kafka: observed(kafka),
    ports: systemPorts,
    log: (level, message, detail) => void (level === 'error' && logProblem(level, message, detail)), // no warnings about kills
    onFatal: exitOnError,
  },
  () => [new SlowCall((call) => void report.calls.push(call))],
);
runtime.addController(new JobHandler());
runtime.runner.onCommitted(({ changes }) => (report.completed += changes.length));
runtime.transport.listen((error) => error && exitOnError(error));
await runtime.start();

onStop(async () => {
  await runtime.stopConsuming();
  await runtime.stop();
  await kafka.close();
  await dataSource.destroy();
  clearInterval(reporting);
  await sendReport();
});

/** The same client, but it reports assigned partitions and received records. */
function observed(client: KafkaClient): KafkaClient {
  const subscribe: KafkaClient['subscribe'] = (options) =>
    client.subscribe({
      ...options,
      onAssigned: (partitions) => {
        report.partitions = partitions.length;
        options.onAssigned(partitions);
      },
      onRecords: (records, ranges) => {
        report.records.push(...records.map(({ partition, offset }) => `${partition}@${offset}`));
        report.receivedAt.push(Date.now());
        options.onRecords(records, ranges);
      },
    });
  return new Proxy(client, {
    get: (target, property) => {
      if (property === 'subscribe') return subscribe;
      const own = Reflect.get(target, property, target) as unknown;
      return typeof own === 'function' ? (own.bind(target) as unknown) : own;
    },
  });
}
