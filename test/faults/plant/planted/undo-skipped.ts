import { becomes, cancel, order } from './shopping.js';
import type { PlantedBug } from './planted-bug.js';

/** Money whose return has failed once is taken for returned when it is the turn of the second try. */
export const undoSkipped: PlantedBug = {
  name: 'an undo skipped on retry',
  service: 'payment',
  changes: [
    {
      file: 'dist/apps/payment/src/effects/give-back.effect.js',
      find: 'async run({ orderId }, { signal }) {',
      instead: `async run({ orderId }, { signal, number }) {
        if (number > 1) return { given: (await this.payments.find(orderId)).captured };`,
    },
  ],
  foundBy: 'G1',
  scenario: {
    /** The provider is away when an order is cancelled that was paid. */
    async act(scene) {
      const orderId = await order(scene);
      await becomes(scene, orderId, 'confirmed');
      await scene.quiet();
      await scene.shop.stopOne('provider');
      await cancel(scene, orderId);
      await scene.until(
        'payment',
        "select 1 as there from msg_effects where name = 'payment.give-back' and last_error is not null",
      );
      await scene.shop.startOne('provider');
      await becomes(scene, orderId, 'cancelled');
    },
  },
};
