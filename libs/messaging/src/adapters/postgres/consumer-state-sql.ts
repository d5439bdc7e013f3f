import type { ConsumerState, TopicType } from '../../ports/consumer-state.js';
import type { PartitionOffset } from '../../ports/kafka-client.js';
import type { Sql } from './sql.js';

const decide = `insert into msg_first_offsets (consumer, topic, start_offsets) values ($1, $2, $3) on conflict do nothing`;
const decided = `
select f.topic, o.partition::int - 1 as partition, o.start_offset::text as "startOffset"
from msg_first_offsets f, unnest(f.start_offsets) with ordinality as o(start_offset, partition)
where f.consumer = $1 order by f.topic, o.partition`;
const recordSkipped = `insert into msg_skipped_types (consumer, topic, type) values ($1, $2, $3) on conflict do nothing`;
const skipped = `select topic, type from msg_skipped_types where consumer = $1 order by topic, type`;
const forget = `delete from msg_skipped_types where consumer = $1 and type = any($2::text[])`;

/** What a database remembers of its consumer groups, on PostgreSQL. */
export class PostgresConsumerState implements ConsumerState {
  constructor(private readonly sql: Sql) {}

  async decideStart(
    consumer: string,
    topic: string,
    offsets: readonly PartitionOffset[],
  ): Promise<readonly PartitionOffset[]> {
    const inOrder = offsets.toSorted((a, b) => a.partition - b.partition).map(({ offset }) => offset.toString());
    await this.sql(decide, [consumer, topic, inOrder]);
    return (await this.decidedStarts(consumer)).filter((start) => start.topic === topic);
  }

  async decidedStarts(consumer: string): Promise<readonly PartitionOffset[]> {
    const rows = await this.sql<{ topic: string; partition: number; startOffset: string }>(decided, [consumer]);
    return rows.map(({ startOffset, ...place }) => ({ ...place, offset: BigInt(startOffset) }));
  }

  async recordSkippedType(consumer: string, { topic, type }: TopicType): Promise<void> {
    await this.sql(recordSkipped, [consumer, topic, type]);
  }

  skippedTypes(consumer: string): Promise<readonly TopicType[]> {
    return this.sql<TopicType & object>(skipped, [consumer]);
  }

  async forgetSkippedTypes(consumer: string, types: readonly string[]): Promise<void> {
    await this.sql(forget, [consumer, types]);
  }
}
