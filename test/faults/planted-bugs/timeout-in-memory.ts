import { order } from './orders.js';
import type { PlantedBug } from './planted-bug.js';

/** Timeouts are kept in the memory of the process that scheduled them. */
export const timeoutInMemory: PlantedBug = {
  name: 'a timeout in memory only',
  service: 'order',
  changes: [
    {
      file: 'libs/messaging/dist/adapters/postgres/postgres-transaction.js',
      find: 'this.connection.enqueue(scheduleTimeouts, [',
      replacement:
        'globalThis.__timers ??= new Map();\n        for (const row of rows) globalThis.__timers.set(row.id, { ...row, due: Date.now() + row.timeoutMs });\n        void (scheduleTimeouts, [',
    },
    {
      file: 'libs/messaging/dist/adapters/postgres/postgres-transaction.js',
      find: 'await this.sql(takeTimeouts, [[...ids].sort()])',
      replacement: 'ids.filter((id) => globalThis.__timers?.delete(id)).map((id) => ({ id }))',
    },
    {
      file: 'libs/messaging/dist/adapters/postgres/postgres-store.js',
      find: 'this.#sql(dueTimeouts, [limit, skip])',
      replacement: '[...(globalThis.__timers?.values() ?? [])].filter(({ due }) => due <= Date.now())',
    },
  ],
  foundBy: 'G3',
  scenario: {
    settings: [
      { file: 'dist/apps/order/src/sagas/place-order.saga.js', find: "timeout: '2m'", replacement: "timeout: '4s'" },
    ],
    /** The process is killed while an order waits for a provider that never responds. */
    async run(context) {
      const orderId = await order(context, 'sim_down');
      await context.waitForRow(
        'order',
        "select 1 as there from msg_sagas where subject = $1 and state->>'step' = 'take payment'",
        [orderId],
      );
      context.shop.kill('order');
      await context.shop.untilReady();
    },
  },
};
