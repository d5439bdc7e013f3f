import 'reflect-metadata';
import { logProblem, onStop, sendAndWait } from '../environment/program.js';
import { consume, openRuntime } from '../environment/runtime.js';
import { JobHandler, service, SlowCall } from './job.js';
import type { Call } from './verify.js';

/** What a consumer has done since its last report. */
export interface ConsumerReport {
  /** The number of its partitions, after a rebalance. */
  partitions?: number;
  /** Received records, as `partition@offset`, and when they were received. */
  readonly records: string[];
  readonly receivedAt: number[];
  readonly calls: Call[];
  completed: number;
}

const emptyReport = (): ConsumerReport => ({ records: [], receivedAt: [], calls: [], completed: 0 });

/* One consumer: a process with the library as it is deployed. Every 20 ms it reports what it has done: a message for each event would cost too much. */
let report = emptyReport();
const opened = await openRuntime(service, {
  log: (level, message, detail) => void (level === 'error' && logProblem(level, message, detail)), // no warnings about kills
  effects: [new SlowCall((call) => void report.calls.push(call))],
});
const { kafka, runtime } = opened;
const subscribe = kafka.subscribe.bind(kafka);
kafka.subscribe = (options) =>
  subscribe({
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
runtime.runner.onCommitted(({ changes }) => (report.completed += changes.length));

const sendReport = async (): Promise<void> => {
  const { partitions, records, calls, completed } = report;
  if (partitions === undefined && records.length + calls.length + completed === 0) return;
  const sent = sendAndWait(report);
  report = emptyReport();
  await sent;
};
const reporting = setInterval(() => void sendReport(), 20);
onStop(() => {
  clearInterval(reporting);
  return sendReport();
});
await consume(opened, new JobHandler());
