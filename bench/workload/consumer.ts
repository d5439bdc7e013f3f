import 'reflect-metadata';
import { ready, setting } from '../environment/program.js';
import { consume, openRuntime } from '../environment/runtime.js';
import { readService } from './backlog.js';
import { ConsumerCounter } from './consumer-count.js';
import type { ConsumerName } from './workload.js';

/* One consumer: a process with the library as it is deployed. */
const counter = new ConsumerCounter();
const { options, controller } = readService();
const opened = await openRuntime(options);
opened.runtime.runner.onCommitted(() => counter.committed());
ready();
const onDecided = (): void => counter.decided();
await consume(opened, controller(setting('HANDLERS') as ConsumerName, onDecided));
