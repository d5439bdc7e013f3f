import type { DataSource } from 'typeorm';
import type { ReplayRecord, ReplayStore } from './replay-store.js';

const known = `
select message_id::text as id from msg_inbox where consumer = $1 and message_id = any($2::uuid[])
union select message_id::text from msg_parked where consumer = $1 and message_id = any($2::uuid[])`;
/** The lock makes generations of one consumer count up. */
const lock = `select pg_advisory_xact_lock(hashtext('tradewind replay ' || $1))`;
const begin = `
insert into msg_replays (id, consumer, request, generation, reason)
select $1, $2, $3, case when $4::bool then (select coalesce(max(generation), 0) + 1 from msg_replays where consumer = $2) end, $5`;
const note = `insert into msg_operator_actions (action, subject, reason, detail) values ('replay', $1, $2, $3)`;
const keep = `update msg_replays set positions = $2, counts = $3, state = $4, updated_at = now() where id = $1`;
const columns = `id, consumer, request, generation, positions, counts, state, reason, started_at as "startedAt", updated_at as "updatedAt"`;
const list = `select ${columns} from msg_replays order by started_at desc`;
const find = `select ${columns} from msg_replays where id = $1`;

type Kept = Omit<ReplayRecord, 'positions'> & {
  readonly positions: readonly { topic: string; partition: number; next: string }[];
};

const read = ({ positions, ...rest }: Kept): ReplayRecord => ({
  ...rest,
  positions: positions.map(({ next, ...place }) => ({ ...place, next: BigInt(next) })),
});
const written = (positions: ReplayRecord['positions']): string =>
  JSON.stringify(positions.map(({ topic, partition, next }) => ({ topic, partition, next: next.toString() })));

export class PostgresReplayStore implements ReplayStore {
  constructor(private readonly dataSource: DataSource) {}

  async known(consumer: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.dataSource.query<{ id: string }[]>(known, [consumer, ids]);
    return new Set(rows.map(({ id }) => id));
  }

  async begin({
    id,
    consumer,
    request,
    ownGeneration,
    reason,
  }: Parameters<ReplayStore['begin']>[0]): Promise<ReplayRecord> {
    await this.dataSource.transaction(async (manager) => {
      await manager.query(lock, [consumer]);
      await manager.query(begin, [id, consumer, JSON.stringify(request), ownGeneration, reason]);
      await manager.query(note, [consumer, reason, JSON.stringify({ replay: id, request })]);
    });
    return (await this.find(id))!;
  }

  async keep(id: string, { positions, counts, state }: Parameters<ReplayStore['keep']>[1]): Promise<void> {
    await this.dataSource.query(keep, [id, written(positions), JSON.stringify(counts), state]);
  }

  async list(): Promise<readonly ReplayRecord[]> {
    return (await this.dataSource.query<Kept[]>(list)).map(read);
  }

  async find(id: string): Promise<ReplayRecord | undefined> {
    return (await this.dataSource.query<Kept[]>(find, [id])).map(read)[0];
  }
}
