import { cancel, order } from './orders.js';
import type { PlantedBug } from './planted-bug.js';

/** A step without a reply when its saga fails is not compensated. */
export const lateSuccessIgnored: PlantedBug = {
  name: 'a late success ignored',
  service: 'order',
  changes: [
    {
      file: 'libs/saga/dist/advance.js',
      find: "return this.#fail({ kind: 'cancelled' }, this.#step);",
      replacement: "return this.#fail({ kind: 'cancelled' });",
    },
  ],
  foundBy: 'G1',
  scenario: {
    /** The payment is taken, but the reply has not arrived yet when the buyer cancels. */
    async run(context) {
      const orderId = await order(context, 'sim_slow');
      await context.waitForRow('payment', "select 1 from payments where order_id = $1 and status = 'requested'", [
        orderId,
      ]);
      await cancel(context, orderId);
    },
  },
};
