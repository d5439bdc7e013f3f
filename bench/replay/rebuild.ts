import 'reflect-metadata';
import { systemPorts } from '@tradewind/messaging/internals';
import { Rebuild } from '@tradewind/operations';
import { logProblem, ready, send } from '../environment/program.js';
import { openRuntime } from '../environment/runtime.js';
import { migrations, readService } from '../workload/backlog.js';
import type { Result } from './measure.js';

/* Rebuilds the projection once, as a service does for `tradewind rebuild … --yes`, and sends the result. */
const { options, controller, group } = readService();
const { runtime, dataSource, kafka } = await openRuntime(options, { migrations });
runtime.addController(controller('decisions', () => undefined));
const environment = { dataSource, kafka, ports: systemPorts, log: logProblem };
const rebuild = new Rebuild(runtime, options, environment, group, { exchange: true, reason: 'a measurement' });

process.once('message', () => void run());
ready();

async function run(): Promise<void> {
  const { read: messages, seconds, failed, tables, exchanged, lockedMs } = await rebuild.run();
  const corrected = tables.reduce((sum, { different }) => sum + different, 0);
  const checks = { exchanged, failed: failed.length, corrected };
  send({ messages, seconds, lockedMs, checks } satisfies Result);
}
