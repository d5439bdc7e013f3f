import { checkOut } from './shopping.js';
import type { PlantedBug } from './planted-bug.js';

/** The broker is told that a message is done before its transaction has begun. */
export const offsetBeforeDatabase: PlantedBug = {
  name: 'offset before the database',
  service: 'order',
  changes: [
    {
      file: 'libs/messaging/dist/consume/pump.js',
      find: 'const outcomes = await this.runner.run([...works.keys()]);',
      instead: `for (const held of works.values()) this.#positions.finish(held.decoded.record);
        await this.#positions.commit(this.#membership.subscription);
        const outcomes = await this.runner.run([...works.keys()]);`,
    },
  ],
  foundBy: 'G4',
  scenario: {
    /** The process dies in the transaction that makes an order of a cart. */
    async act(scene) {
      await scene.quiet();
      await scene.provoke({ do: 'kill', at: { point: 'inbox.after-mark', hit: 1 } }, () => checkOut(scene));
      await scene.shop.untilReady();
    },
  },
};
