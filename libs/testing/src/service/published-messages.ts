import { readMessage, type MessageRegistry } from '@tradewind/messaging/message';
import type { DataSource } from 'typeorm';

/** A message that the service under test has published or is about to publish. */
export interface PublishedMessage {
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly version: number;
  /** 1, 2, 3 … within topic and key. */
  readonly sequence: number;
  /** The id of the message, command or effect that caused it. */
  readonly causation: string;
  /** JSON text. */
  readonly payload: string;
  /** The payload as an instance of its class, upcast to the current version. */
  readonly message: object;
}

/** Which published messages are meant; without a field, all. */
export interface PublishedQuery {
  readonly topic?: string;
  readonly key?: string;
}

/** Messages that wait in the outbox and messages that the relay has archived, in the order of their positions. */
const outboxAndArchive = `select topic, key, type, version, sequence, causation, payload from (
    select position, topic, key, type, version, sequence, causation, payload from msg_outbox
    union all
    select position, topic, key, type, version, sequence, causation, payload from msg_outbox_archive
  ) published
  where ($1::text is null or topic = $1) and ($2::text is null or key = $2)
  order by position`;

type Row = Omit<PublishedMessage, 'sequence' | 'message'> & { readonly sequence: string };

export async function publishedMessages(
  dataSource: DataSource,
  contracts: MessageRegistry,
  { topic, key }: PublishedQuery,
): Promise<PublishedMessage[]> {
  const rows = await dataSource.query<Row[]>(outboxAndArchive, [topic ?? null, key ?? null]);
  return rows.map((row) => ({
    ...row,
    sequence: Number(row.sequence),
    message: readMessage(contracts.find(row.type)!.cls, JSON.parse(row.payload), row.version),
  }));
}
