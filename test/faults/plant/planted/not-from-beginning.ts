import { checkOut } from './shopping.js';
import type { PlantedBug } from './planted-bug.js';

/** Milliseconds after which a consumer that is in its group will not begin to read any more. */
const unread = 10_000;

/** A group that reads a partition for the first time begins at its end. */
export const notFromBeginning: PlantedBug = {
  name: 'fromBeginning: false',
  service: 'order',
  changes: [
    {
      file: 'libs/messaging/dist/kafka/kafkajs-reader.js',
      find: 'fromBeginning: true',
      instead: 'fromBeginning: false',
    },
  ],
  foundBy: 'G4',
  scenario: {
    /** Carts are checked out while the order service, which has never read any, is away. */
    async act(scene) {
      await scene.shop.stopOne('order');
      await Promise.all([0, 1, 2, 3].map((number) => checkOut(scene, number)));
      await scene.shop.startOne('order');
      await scene.joins('order');
      await scene.begins('order', 'cart.events', unread);
    },
  },
};
