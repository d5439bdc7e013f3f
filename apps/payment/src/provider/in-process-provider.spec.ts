import type { Timers } from '@tradewind/kernel';
import { InProcessProvider } from './in-process-provider.js';
import { describeProvider } from './provider-conformance.js';

/** Timers that fire at once. */
const immediate: Timers = {
  after: (_milliseconds, call) => {
    queueMicrotask(call);
    return () => undefined;
  },
  wait: async () => undefined,
};

describeProvider('in process', async (timing) => ({
  provider: new InProcessProvider({ timers: immediate, ...timing }),
  close: async () => undefined,
}));
