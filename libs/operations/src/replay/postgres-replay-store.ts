import type { DataSource } from 'typeorm';
import { recordAction } from '../operator-actions.js';
import { singleRow } from '../single-row.js';
import { insertReplay, lockConsumer, selectKnown, selectReplay, selectReplays, updateReplay } from './replay-sql.js';
import type { ReplayRecord, ReplayStore } from './replay-store.js';

type RawReplay = Omit<ReplayRecord, 'offsets'> & {
  readonly offsets: readonly { readonly topic: string; readonly partition: number; readonly offset: string }[];
};

const fromRow = ({ offsets, ...rest }: RawReplay): ReplayRecord => ({
  ...rest,
  offsets: offsets.map((each) => ({ ...each, offset: BigInt(each.offset) })),
});
const offsetsToJson = (offsets: ReplayRecord['offsets']): string =>
  JSON.stringify(offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset: offset.toString() })));

export class PostgresReplayStore implements ReplayStore {
  constructor(private readonly dataSource: DataSource) {}

  async known(consumer: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.dataSource.query<{ id: string }[]>(selectKnown, [consumer, ids]);
    return new Set(rows.map(({ id }) => id));
  }

  async begin({
    id,
    consumer,
    request,
    ownGeneration,
    reason,
  }: Parameters<ReplayStore['begin']>[0]): Promise<ReplayRecord> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query(lockConsumer, [consumer]);
      await manager.query(insertReplay, [id, consumer, JSON.stringify(request), ownGeneration, reason]);
      await recordAction(manager, { action: 'replay', subject: consumer, reason, detail: { replay: id, request } });
      return fromRow(singleRow(await manager.query<RawReplay[]>(selectReplay, [id])));
    });
  }

  async save(id: string, { offsets, counts, state }: Parameters<ReplayStore['save']>[1]): Promise<void> {
    await this.dataSource.query(updateReplay, [id, offsetsToJson(offsets), JSON.stringify(counts), state]);
  }

  async list(): Promise<readonly ReplayRecord[]> {
    return (await this.dataSource.query<RawReplay[]>(selectReplays)).map(fromRow);
  }

  async find(id: string): Promise<ReplayRecord | undefined> {
    return (await this.dataSource.query<RawReplay[]>(selectReplay, [id])).map(fromRow)[0];
  }
}
