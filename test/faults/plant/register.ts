import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { PlantFolder } from './deeds.js';
import { settingsOf } from './settings.js';
import { skewedDate } from './skewed-date.js';
import { Trap } from './trap.js';

/*
 * What `node --import` of a process of the proving ground names: turns the crash points of the shop's compiled files into
 * calls, alters them where that is asked for, and shifts the clock. No file of the shop knows of it.
 */
const { folder, clockSkew } = settingsOf(process.env);

const trueClock = Date.now;
if (clockSkew !== 0) globalThis.Date = skewedDate(clockSkew);
// A thread of its own would count and fire a second time for the same process.
if (isMainThread) {
  const trap = new Trap(new PlantFolder(folder), trueClock);
  Object.defineProperty(globalThis, '__crashpoint', { value: (point: string) => trap.pass(point) });
  trap.start();
  register('./loader.js', import.meta.url, { data: { folder } });
}
