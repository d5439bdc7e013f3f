import type { PlantedBug } from './planted-bug.js';
import { until } from './until.js';

const file = 'libs/messaging/dist/postgres/postgres-relay-session.js';

/** Orders that are accepted keep their transaction open for a while after their rows have got their numbers. */
const slowCommits = `
create function slow_commit() returns trigger language plpgsql as $$ begin
  if exists (select 1 from fresh where type = 'order.placed') then perform pg_sleep(0.4); end if;
  return null;
end $$;
create trigger slow_commit after insert on msg_outbox referencing new table as fresh for each statement execute function slow_commit()`;

/** The relay remembers how far it has read, and looks for higher numbers alone. */
export const sequenceCursor: PlantedBug = {
  name: 'relay with a sequence cursor',
  service: 'order',
  changes: [
    { file, find: 'order by position limit $1', instead: 'and position > $2 order by position limit $1' },
    {
      file,
      find: 'const { rows } = await this.#query(take, [limit]);',
      instead:
        "const { rows } = await this.#query(take, [limit, this.cursor ?? '0']);\n        this.cursor = rows.at(-1)?.position ?? this.cursor;",
    },
  ],
  foundBy: 'G3',
  scenario: {
    /** Replies to earlier orders commit with higher numbers meanwhile. */
    async act(scene) {
      const { load } = scene;
      await scene.command('order', slowCommits);
      load.start();
      await until(
        '30 orders accepted, or buyers who wait for nothing',
        () => load.counts.accepted >= 30 || load.counts.mishaps.length > 0,
        30_000,
      );
    },
  },
};
