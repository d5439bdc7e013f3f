import 'reflect-metadata';
import { systemPorts } from '@tradewind/messaging/internals';
import { recoverDatabase, recoverOffsets } from '@tradewind/operations';
import { ready, send, setting } from '../environment/program.js';
import { openRuntime } from '../environment/runtime.js';
import { readService } from '../workload/backlog.js';
import { stock, stockRecovery } from '../workload/stock.js';
import type { Result } from './measure.js';

/* Recovers the database once, as a service does for `tradewind recover … --yes`, and sends the result. */
const { options, group } = readService();
const { dataSource, kafka, store } = await openRuntime(options);
const context = { options, dataSource, kafka, ports: systemPorts, store, reason: 'a measurement' };
const consumers = [{ group, topics: [setting('TOPIC')], types: [stock.messageType] }];

process.once('message', () => void run());
ready();

async function run(): Promise<void> {
  const since = performance.now();
  const how = { recovery: stockRecovery, consumers, migrationsTable: 'migrations' };
  const { messages } = await recoverDatabase(context, how);
  const { groups } = await recoverOffsets(context, consumers);
  const seconds = (performance.now() - since) / 1_000;
  const left = groups.reduce((sum, each) => sum + each.left, 0);
  send({ messages, seconds, lockedMs: undefined, checks: { left } } satisfies Result);
}
