import { checkOut } from './orders.js';
import type { PlantedBug } from './planted-bug.js';

/** Milliseconds within which a consumer in its group starts to read. */
const startTimeout = 10_000;

/** A consumer group without offsets starts at the end of the topic. */
export const notFromBeginning: PlantedBug = {
  name: 'fromBeginning: false',
  service: 'order',
  changes: [
    {
      file: 'libs/messaging/dist/adapters/kafkajs/kafkajs-reader.js',
      find: 'fromBeginning: true',
      replacement: 'fromBeginning: false',
    },
  ],
  foundBy: 'G4',
  scenario: {
    /** Carts are checked out while the order service is stopped, which has never read a cart event. */
    async run(context) {
      await context.shop.stopProcess('order');
      await Promise.all([0, 1, 2, 3].map((number) => checkOut(context, number)));
      await context.shop.startProcess('order');
      await context.joins('order');
      await context.startsReading('order', 'cart.events', startTimeout);
    },
  },
};
