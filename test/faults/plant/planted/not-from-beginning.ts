import { becomes, checkOut, order } from './shopping.js';
import type { PlantedBug } from './planted-bug.js';

/** A group that reads a partition for the first time begins at its end. */
export const notFromBeginning: PlantedBug = {
  name: 'fromBeginning: false',
  service: 'order',
  changes: [{ file: 'libs/messaging/dist/kafka/kafkajs-reader.js', find: 'fromBeginning: true', instead: 'fromBeginning: false' }],
  foundBy: 'G4',
  scenario: {
    /** Carts are checked out while the order service, which has never read any, is away. It has read them when one that was placed later is done. */
    async act(scene) {
      await scene.shop.stopOne('order');
      await Promise.all([0, 1, 2, 3].map((number) => checkOut(scene, number)));
      await scene.shop.startOne('order');
      await scene.joins('order');
      await becomes(scene, await order(scene), 'confirmed');
    },
  },
};
