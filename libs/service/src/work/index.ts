/** Work that an instance repeats while it runs. */
export { PeriodicWorker } from './periodic-worker.js';
