import 'reflect-metadata';
import { systemPorts } from '@tradewind/messaging/internals';
import { recoverDatabase, recoverOffsets } from '@tradewind/operations';
import { onStop, ready, send, setting } from '../environment/program.js';
import { openServiceProgram } from '../workload/service-program.js';
import { stock, stockRecovery } from '../workload/stock.js';
import type { Recovered } from './measure.js';

/* Recovers the database once, as a service does for `tradewind recover … --yes`, and sends the result. */
const { options, dataSource, kafka, store, group, close } = await openServiceProgram();
const context = { options, dataSource, kafka, ports: systemPorts, store, reason: 'a measurement' };
const consumers = [{ group, topics: [setting('TOPIC')], types: [stock.messageType] }];

onStop(close);
process.once('message', () => void run());
ready();

async function run(): Promise<void> {
  const since = performance.now();
  const how = { recovery: stockRecovery, consumers, migrationsTable: 'migrations' };
  const { messages } = await recoverDatabase(context, how);
  const { groups } = await recoverOffsets(context, consumers);
  const seconds = (performance.now() - since) / 1_000;
  const result: Recovered = { messages, seconds, left: groups.reduce((sum, { left }) => sum + left, 0) };
  send(result);
}
