import { checkOut } from './orders.js';
import type { PlantedBug } from './planted-bug.js';

/** The offset is committed before the transaction of the message starts. */
export const offsetBeforeDatabase: PlantedBug = {
  name: 'offset before the database',
  service: 'order',
  changes: [
    {
      file: 'libs/messaging/dist/consumer/consumer-loop.js',
      find: 'const outcomes = await this.runner.run(',
      replacement: `for (const message of invocations.keys()) this.#offsets.finish(message.decoded.record);
        await this.#offsets.commit(this.#subscription.current);
        const outcomes = await this.runner.run(`,
    },
  ],
  foundBy: 'G4',
  scenario: {
    /** The process is killed in the transaction that creates the order. */
    async run(context) {
      await context.waitUntilIdle();
      await context.provoke({ do: 'kill', at: { point: 'inbox.after-mark', hit: 1 } }, () => checkOut(context));
      await context.shop.untilReady();
    },
  },
};
