import { checkOut } from './orders.js';
import type { PlantedBug } from './planted-bug.js';

/** Messages are sent to Kafka within the transaction. */
export const publishBeforeCommit: PlantedBug = {
  name: 'publish before commit',
  service: 'product',
  changes: [
    {
      file: 'libs/messaging/dist/outbox/relay.js',
      find: 'start() {',
      replacement: `start() {
        globalThis.__publish = async (rows) => {
            const publisher = await this.kafka.publisher();
            await publisher.publish(rows.map((row) => this.#recordOf(row)));
            await publisher.close();
        };`,
    },
    {
      file: 'libs/messaging/dist/adapters/postgres/outbox-sql.js',
      find: '// crashpoint: outbox.after-insert',
      replacement:
        'await globalThis.__publish(rows.map((row, index) => ({ ...row, sequence: BigInt(beforeLast[index] + 1) })));\n    // crashpoint: outbox.after-insert',
    },
  ],
  foundBy: 'G5',
  scenario: {
    /** The process is killed between the last statement of a reservation and its commit. */
    async run(context) {
      await context.waitUntilIdle();
      await context.provoke({ do: 'kill', at: { point: 'store.before-commit', hit: 1 } }, () => checkOut(context));
      await context.shop.untilReady();
    },
  },
};
