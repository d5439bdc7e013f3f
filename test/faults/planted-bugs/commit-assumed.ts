import type { BugContext } from './bug-context.js';
import type { PlantedBug } from './planted-bug.js';
import { order } from './orders.js';

const blocked = 8_000;
/** On a busy machine another commit may write the id to the disk before the crash. */
const maxTries = 5;

interface Id {
  readonly id: number;
}
const openTransaction = `select backend_xid::text::int as id from pg_stat_activity where datname = current_database() and state = 'idle in transaction' and backend_xid is not null`;
const outboxEmpty = `select 1 as there where not exists (select from msg_outbox)`;
const newId = `select pg_current_xact_id()::text::int as id`;

/** Crashes the database just before a reservation is committed, and starts it again. Returns the id of the lost transaction. */
async function crashBeforeCommit(context: BugContext): Promise<number> {
  const { shop } = context;
  await context.waitUntilIdle();
  await context.provoke(
    { do: 'block', milliseconds: blocked, at: { point: 'store.before-commit', hit: 1 } },
    async () => {
      shop.kill('product', 'SIGSTOP');
      await order(context);
      await context.waitForRow('order', outboxEmpty);
      shop.kill('product', 'SIGCONT');
    },
  );
  const { id } = await context.waitForRow<Id>('product', openTransaction);
  shop.kill('postgres');
  await shop.startProcess('postgres');
  return id;
}

/** A commit without a response counts as done when its transaction id is committed, even if the id was given to another transaction after a crash. */
export const commitAssumed: PlantedBug = {
  name: 'a commit assumed after a crash',
  service: 'product',
  changes: [
    {
      file: 'libs/messaging/dist/adapters/postgres/commit-outcome.js',
      find: 'const crashed = ',
      replacement: 'const crashed = false && ',
    },
  ],
  foundBy: 'G7',
  scenario: {
    /**
     * The database crashes just before a reservation is committed, restarts, and gives the transaction id to another transaction.
     * Until the crash, the id must not reach the disk: no other commits, and no WAL writer, which by default writes every 200 ms.
     */
    async run(context) {
      await context.executeAsAdmin('product', `alter system set wal_writer_delay = '10s'`);
      await context.executeAsAdmin('product', 'select pg_reload_conf()');
      const next = (): Promise<Id> => context.waitForRow('product', newId);
      for (let tries = 1; ; tries++) {
        const crashed = await crashBeforeCommit(context);
        const { id: first } = await next();
        for (let id = first; id < crashed; { id } = await next());
        if (first <= crashed) return;
        if (tries === maxTries)
          throw new Error(`the id ${crashed} is not used again: the first id after the crash is ${first}`);
      }
    },
  },
};
