import { simulate } from './simulate.js';

/* Simulates the seeds that its parent sends, and sends each result back. Ends when the parent disconnects. */
// A run creates thousands of errors; their stacks would take a tenth of the time. A single seed runs with stacks.
Error.stackTraceLimit = 0;

process.on('message', (seeds: readonly number[]) => {
  void (async () => {
    for (const seed of seeds) process.send!(await simulate(seed));
  })();
});
