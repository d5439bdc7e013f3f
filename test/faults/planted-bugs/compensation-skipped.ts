import { waitForStatus, cancel, order } from './orders.js';
import type { PlantedBug } from './planted-bug.js';

/** A refund counts as done at its second attempt. */
export const compensationSkipped: PlantedBug = {
  name: 'a compensation skipped on retry',
  service: 'payment',
  changes: [
    {
      file: 'dist/apps/payment/src/effects/full-refund.effect.js',
      find: 'async run({ orderId }, { signal }) {',
      replacement: `async run({ orderId }, { signal, number }) {
        if (number > 1) return { refunded: (await this.payments.find(orderId)).captured };`,
    },
  ],
  foundBy: 'G1',
  scenario: {
    /** The provider is down when a paid order is cancelled. */
    async run(context) {
      const orderId = await order(context);
      await waitForStatus(context, orderId, 'confirmed');
      await context.waitUntilIdle();
      await context.shop.stopProcess('provider');
      await cancel(context, orderId);
      await context.waitForRow(
        'payment',
        "select 1 as there from msg_effects where name = 'payment.refund' and last_error is not null",
      );
      await context.shop.startProcess('provider');
      await waitForStatus(context, orderId, 'cancelled');
    },
  },
};
