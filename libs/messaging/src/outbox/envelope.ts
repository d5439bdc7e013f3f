import { Poison } from '@tradewind/kernel';
import type { Said } from '@tradewind/saga';
import { makeMessage, messageInfo } from '../contract/index.js';
import { PayloadTooLarge } from '../decide/index.js';
import { headerOf, type After } from '../kafka/after.js';
import type { OutboxRow, TakenRow } from '../store/store.js';

/** Bytes of one message's JSON. The broker's own limit is 1 MiB a batch. */
export const payloadLimit = 512 * 1024;

export interface Saying {
  readonly id: string;
  readonly at: Date;
  /** The message or command that made us say it. */
  readonly cause: string;
  /** Inherited from the cause, where it has one. */
  readonly correlation: string | undefined;
  readonly traceparent: string | null;
}

/** Checks what is to be said and makes a row of the outbox of it. Throws a TypeError on an unsound message, PayloadTooLarge on a big one. */
export function toOutboxRow(said: Said, { id, at, cause, correlation, traceparent }: Saying): OutboxRow {
  const info = messageInfo(said.cls);
  const message = makeMessage(said.cls, said.fields) as Record<string, unknown>;
  const key = message[info.key];
  if (typeof key !== 'string' || key === '') throw new TypeError(`${info.type} needs its key, ${info.key}`);
  const payload = info.tombstone ? null : JSON.stringify(message);
  const bytes = payload === null ? 0 : Buffer.byteLength(payload);
  if (bytes > payloadLimit) throw new PayloadTooLarge(info.type, bytes, payloadLimit);
  return {
    id,
    topic: info.topic.name,
    key,
    type: info.type,
    version: info.version,
    payload,
    causation: cause,
    correlation: correlation ?? key,
    traceparent,
    occurredAt: at,
    headers: null,
    archived: info.topic.retention === 'keep',
  };
}

/** CloudEvents 1.0, Kafka binary mode, with the extensions that order, cause and story need. `after`: of a topic that has grown. */
export const headersOf = (row: TakenRow, source: string, after: After = []): Record<string, string> => ({
  ...row.headers,
  'content-type': 'application/json',
  ce_specversion: '1.0',
  ce_id: row.id,
  ce_type: row.type,
  ce_source: `/${source}`,
  ce_subject: row.key,
  ce_time: row.occurredAt.toISOString(),
  ce_sequence: row.sequence.toString(),
  ce_schemaversion: String(row.version),
  ce_causationid: row.causation,
  ce_correlationid: row.correlation,
  ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
  ...headerOf(after),
});

/** What the headers of a record say. */
export interface Envelope {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly source: string;
  readonly sequence: bigint;
  readonly correlation: string | undefined;
  readonly causation: string | undefined;
  readonly traceparent: string | null;
}

/** Reads the envelope. Throws Poison naming the header that is missing or wrong. */
export function readEnvelope(headers: Readonly<Record<string, string>>): Envelope {
  const need = (name: string, rule: RegExp): string => {
    const value = headers[name];
    if (value === undefined || !rule.test(value))
      throw new Poison(`the header ${name} is ${value === undefined ? 'missing' : 'not of its form'}`);
    return value;
  };
  return {
    id: need('ce_id', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    type: need('ce_type', /^.{1,200}$/),
    version: Number(need('ce_schemaversion', /^\d{1,6}$/)),
    source: need('ce_source', /^.{1,500}$/),
    sequence: BigInt(need('ce_sequence', /^\d{1,18}$/)),
    correlation: headers['ce_correlationid'],
    causation: headers['ce_causationid'],
    traceparent: headers['traceparent'] ?? null,
  };
}
