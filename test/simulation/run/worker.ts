import { simulate } from './simulate.js';

/* Simulates the seeds that its parent sends, one after another, and sends each outcome back. Ends when the parent lets go. */
// Faults are made by the thousand: a stack for each would cost a tenth of the time, and whoever wants one plays the seed alone.
Error.stackTraceLimit = 0;

process.on('message', (seeds: readonly number[]) => {
  void (async () => {
    for (const seed of seeds) process.send!(await simulate(seed));
  })();
});
