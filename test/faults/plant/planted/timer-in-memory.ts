import { order } from './shopping.js';
import type { PlantedBug } from './planted-bug.js';

/** Deadlines are kept by the process that set them. */
export const timerInMemory: PlantedBug = {
  name: 'a timer in memory only',
  service: 'order',
  changes: [
    {
      file: 'libs/messaging/dist/postgres/postgres-transaction.js',
      find: 'this.conversation.post(arm, [',
      instead:
        'globalThis.__timers ??= new Map();\n        for (const row of rows) globalThis.__timers.set(row.id, { ...row, due: Date.now() + row.milliseconds });\n        void (arm, [',
    },
    {
      file: 'libs/messaging/dist/postgres/postgres-transaction.js',
      find: 'const gone = await this.sql(disarm, [[...ids].sort()]);',
      instead: 'const gone = ids.filter((id) => globalThis.__timers?.delete(id)).map((id) => ({ id }));',
    },
    {
      file: 'libs/messaging/dist/postgres/postgres-store.js',
      find: 'return this.#sql(dueTimers, [limit]);',
      instead: 'return [...(globalThis.__timers?.values() ?? [])].filter(({ due }) => due <= Date.now());',
    },
  ],
  foundBy: 'G3',
  scenario: {
    settings: [
      { file: 'dist/apps/order/src/sagas/place-order.saga.js', find: "within: '2m'", instead: "within: '4s'" },
    ],
    /** The process dies while an order waits for a provider that never answers. */
    async act(scene) {
      const orderId = await order(scene, 'sim_down');
      await scene.until(
        'order',
        "select 1 as there from msg_sagas where subject = $1 and state->>'step' = 'take payment'",
        [orderId],
      );
      scene.shop.kill('order');
      await scene.shop.untilReady();
    },
  },
};
