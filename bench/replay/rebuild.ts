import 'reflect-metadata';
import { systemPorts } from '@tradewind/messaging/internals';
import { Rebuild } from '@tradewind/operations';
import { logProblem, onStop, ready, send } from '../environment/program.js';
import { openServiceProgram } from '../workload/service-program.js';
import type { Rebuilt } from './measure.js';

/* Rebuilds the projection once, as a service does for `tradewind rebuild … --yes`, and sends the result. */
const { options, runtime, dataSource, kafka, group, close } = await openServiceProgram();
const environment = { dataSource, kafka, ports: systemPorts, log: logProblem };
const rebuild = new Rebuild(runtime, options, environment, group, { exchange: true, reason: 'a measurement' });

onStop(close);
process.once('message', () => void run());
ready();

async function run(): Promise<void> {
  const { read, seconds, failed, tables, exchanged, lockedMs } = await rebuild.run();
  const corrected = tables.reduce((sum, { different }) => sum + different, 0);
  const result: Rebuilt = { messages: read, seconds, failed: failed.length, corrected, exchanged, lockedMs };
  send(result);
}
