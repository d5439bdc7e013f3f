import 'reflect-metadata';
import { exitOnError, onStop, ready, setting } from '../environment/program.js';
import { ConsumerCounter } from './consumer-count.js';
import { openServiceProgram } from './service-program.js';
import type { HandlerKind } from './workload.js';

/* One consumer: a process with the library as it is deployed. */
const counter = new ConsumerCounter();
const { runtime, close } = await openServiceProgram({
  handlers: setting('HANDLERS') as HandlerKind,
  onDecided: () => counter.decided(),
});
runtime.runner.onCommitted(() => counter.committed());

onStop(async () => {
  await runtime.stopConsuming();
  await runtime.stop();
  await close();
});

ready();
await runtime.start();
runtime.transport.listen((error) => error && exitOnError(error));
