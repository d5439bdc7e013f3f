import { checkOut } from './shopping.js';
import type { PlantedBug } from './planted-bug.js';

/** What a transaction says is sent at once, from within it. */
export const publishBeforeCommit: PlantedBug = {
  name: 'publish before commit',
  service: 'product',
  changes: [
    {
      file: 'libs/messaging/dist/outbox/relay.js',
      find: 'start() {',
      instead: `start() {
        globalThis.__publish = async (rows) => {
            const publisher = await this.kafka.publisher();
            await publisher.publish(rows.map((row) => this.#recordOf(row)));
            await publisher.close();
        };`,
    },
    {
      file: 'libs/messaging/dist/postgres/outbox-sql.js',
      find: '// crashpoint: outbox.after-insert',
      instead:
        'await globalThis.__publish(rows.map((row, index) => ({ ...row, sequence: BigInt(beforeLast[index] + 1) })));\n    // crashpoint: outbox.after-insert',
    },
  ],
  foundBy: 'G5',
  scenario: {
    /** The process dies between the last statement of a reservation and its commit. */
    async act(scene) {
      await scene.quiet();
      await scene.provoke({ do: 'kill', at: { point: 'store.before-commit', hit: 1 } }, () => checkOut(scene));
      await scene.shop.untilReady();
    },
  },
};
