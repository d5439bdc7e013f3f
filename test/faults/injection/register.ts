import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { InjectionFolder } from './actions.js';
import { InjectionAgent } from './agent.js';
import { settingsOf } from './settings.js';
import { skewedDate } from './skewed-date.js';

/*
 * Loaded by `node --import` in a process of the shop under test: registers the loader hook, starts the agent and shifts the clock.
 * No file of the shop knows about it.
 */
const { folder, clockSkew } = settingsOf(process.env);

const trueClock = Date.now;
if (clockSkew !== 0) globalThis.Date = skewedDate(clockSkew);
// A worker thread would count and act a second time for the same process.
if (isMainThread) {
  const agent = new InjectionAgent(new InjectionFolder(folder), trueClock);
  Object.defineProperty(globalThis, '__crashpoint', { value: (point: string) => agent.pass(point) });
  agent.start();
  register('./loader.js', import.meta.url, { data: { folder } });
}
