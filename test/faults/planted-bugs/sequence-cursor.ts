import type { PlantedBug } from './planted-bug.js';
import { pollUntil } from '../environment/poll-until.js';

const file = 'libs/messaging/dist/adapters/postgres/postgres-relay-session.js';

/** Transactions of accepted orders stay open for a while after their outbox rows have their positions. */
const slowCommits = `
create function slow_commit() returns trigger language plpgsql as $$ begin
  if exists (select 1 from fresh where type = 'order.placed') then perform pg_sleep(0.4); end if;
  return null;
end $$;
create trigger slow_commit after insert on msg_outbox referencing new table as fresh for each statement execute function slow_commit()`;

/** The relay remembers the highest position that it has read, and reads only higher ones. */
export const sequenceCursor: PlantedBug = {
  name: 'relay with a sequence cursor',
  service: 'order',
  changes: [
    { file, find: 'order by position limit $1', replacement: 'and position > $2 order by position limit $1' },
    {
      file,
      find: 'const { rows } = await this.#query(take, [limit]);',
      replacement:
        "const { rows } = await this.#query(take, [limit, this.cursor ?? '0']);\n        this.cursor = rows.at(-1)?.position ?? this.cursor;",
    },
  ],
  foundBy: 'G3',
  scenario: {
    /** Meanwhile, other transactions commit rows with higher positions. */
    async run(context) {
      const { load } = context;
      await context.executeAsAdmin('order', slowCommits);
      load.start();
      await pollUntil(
        '30 orders accepted, or a failed buyer',
        () => load.counts.accepted >= 30 || load.counts.errors.length > 0,
        30_000,
      );
    },
  },
};
