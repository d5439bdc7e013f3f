import type { PlantedBug } from './planted-bug.js';
import { order } from './shopping.js';

const blocked = 8_000;

interface Id {
  readonly id: number;
}
const underWay = `select backend_xid::text::int as id from pg_stat_activity where datname = current_database() and state = 'idle in transaction' and backend_xid is not null`;
const allPublished = `select 1 as there where not exists (select from msg_outbox)`;
const another = `select pg_current_xact_id()::text::int as id`;

/** A commit without an answer is taken for done where its id is committed, whosever the id is by then. */
export const commitBelieved: PlantedBug = {
  name: 'a commit believed after a crash',
  service: 'product',
  changes: [
    {
      file: 'libs/messaging/dist/postgres/commit-outcome.js',
      find: 'const crashed = incarnation !== before;',
      instead: 'const crashed = false;',
    },
  ],
  foundBy: 'G7',
  scenario: {
    /**
     * The database dies while a reservation is about to be committed, comes back, and gives the id to others. Nothing may bring the
     * id to disk meanwhile: no commit of anybody else's, and not the server, which writes its log down five times a second.
     */
    async act(scene) {
      const { shop } = scene;
      await scene.command('product', `alter system set wal_writer_delay = '10s'`);
      await scene.command('product', 'select pg_reload_conf()');
      await scene.quiet();
      await scene.provoke(
        { do: 'block', milliseconds: blocked, at: { point: 'store.before-commit', hit: 1 } },
        async () => {
          shop.kill('product', 'SIGSTOP');
          await order(scene);
          await scene.until('order', allPublished);
          shop.kill('product', 'SIGCONT');
        },
      );
      const { id: lost } = await scene.until<Id>('product', underWay);
      shop.kill('postgres');
      await shop.startOne('postgres');
      const next = (): Promise<Id> => scene.until('product', another);
      const { id: first } = await next();
      if (first > lost) throw new Error(`${lost} was not given out anew: the first after the crash was ${first}`);
      for (let id = first; id < lost; { id } = await next());
    },
  },
};
