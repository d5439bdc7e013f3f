import type { Timers } from '@tradewind/kernel';
import { InProcessProvider } from './in-process-provider.js';
import { describeProvider } from './provider-conformance.js';

/** Time that passes as soon as somebody waits for it. */
const swift: Timers = {
  after: (_milliseconds, call) => {
    queueMicrotask(call);
    return () => undefined;
  },
  wait: async () => undefined,
};

describeProvider('in process', async (patience) => ({
  provider: new InProcessProvider({ timers: swift, ...patience }),
  close: async () => undefined,
}));
