import { cancel, order } from './shopping.js';
import type { PlantedBug } from './planted-bug.js';

/** A step that has not answered when its saga gives up is taken for one that never happened. */
export const lateSuccessIgnored: PlantedBug = {
  name: 'a late success ignored',
  service: 'order',
  changes: [
    {
      file: 'libs/saga/dist/advance.js',
      find: "return this.#fail({ because: 'cancelled' }, this.#step);",
      instead: "return this.#fail({ because: 'cancelled' });",
    },
  ],
  foundBy: 'G1',
  scenario: {
    /** The money is taken, and the answer is still on its way when the buyer cancels. */
    async act(scene) {
      const orderId = await order(scene, 'sim_slow');
      await scene.until('payment', "select 1 from payments where order_id = $1 and status = 'requested'", [orderId]);
      await cancel(scene, orderId);
    },
  },
};
