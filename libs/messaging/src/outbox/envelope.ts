import { Poison } from '@tradewind/kernel';
import type { OutgoingMessage } from '@tradewind/saga';
import { isCompacted, makeMessage, messageInfo } from '../message/index.js';
import {
  boundedKey,
  checkKey,
  previousEndsHeader,
  type IncomingRecord,
  type OutboxRow,
  type PreviousEnds,
  type TraceContext,
  type UnpublishedRow,
} from '../ports/index.js';
import { readTraceContext, type DecisionSpans } from '../tracing/index.js';
import { PayloadTooLarge } from './outbox-errors.js';

/** Bytes of the JSON of one message. The broker's own limit is 1 MiB a batch. */
export const payloadLimit = 512 * 1024;

/** The oldest version whose readers can read the message; absent where it is its own version. */
export const readableSinceHeader = 'ce_readablesince';

/** The digits of a sequence in `ce_sequence`. */
const sequenceDigits = 18;

/** A sequence as CloudEvents wants it: texts that compare as the numbers do. */
export const sequenceText = (sequence: bigint | number): string => String(sequence).padStart(sequenceDigits, '0');

export interface Publication {
  readonly id: string;
  readonly at: Date;
  /** The id of the message or command that caused it. */
  readonly cause: string;
  /** The correlation id of the cause, where it has one. */
  readonly correlation: string | undefined;
  /** Where its trace continues. */
  readonly trace?: TraceContext | undefined;
}

/**
 * Validates a message and makes an outbox row of it. Throws a TypeError on an invalid message, PayloadTooLarge on a big one. With `spans` it gets a
 * span of its own, and its trace continues there.
 */
export function toOutboxRow(
  outgoing: OutgoingMessage,
  { id, at, cause, correlation, trace: passedOn }: Publication,
  spans?: DecisionSpans,
): OutboxRow {
  const info = messageInfo(outgoing.cls);
  if (info.topic.foreign)
    throw new TypeError(`${info.type} is on the foreign topic ${info.topic.name}: only its owner publishes there`);
  const message = makeMessage(outgoing.cls, outgoing.fields) as Record<string, unknown>;
  const key = message[info.key];
  checkKey(`${info.type}: its key, ${info.key},`, key);
  const payload = info.tombstone ? null : JSON.stringify(message);
  const bytes = payload === null ? 0 : Buffer.byteLength(payload);
  if (bytes > payloadLimit) throw new PayloadTooLarge(info.type, bytes, payloadLimit);
  const trace = spans ? spans.create({ id, topic: info.topic.name, type: info.type, key }) : passedOn;
  return {
    id,
    topic: info.topic.name,
    key,
    type: info.type,
    version: info.version,
    payload,
    causation: cause,
    correlation: boundedKey(correlation ?? key),
    traceparent: trace?.traceparent ?? null,
    occurredAt: at,
    headers: additionalHeaders(info.readableSince < info.version ? info.readableSince : undefined, trace),
    archived: !isCompacted(info.topic.retention),
  };
}

function additionalHeaders(readableSince: number | undefined, trace: TraceContext | undefined): OutboxRow['headers'] {
  const { tracestate, baggage } = trace ?? {};
  if (readableSince === undefined && tracestate === undefined && baggage === undefined) return null;
  return {
    ...(readableSince === undefined ? {} : { [readableSinceHeader]: String(readableSince) }),
    ...(tracestate === undefined ? {} : { tracestate }),
    ...(baggage === undefined ? {} : { baggage }),
  };
}

/** CloudEvents 1.0, Kafka binary mode, with extensions for sequence, schema version, causation, correlation and partition increases. */
export const headersOf = (
  row: UnpublishedRow,
  source: string,
  previousEnds: PreviousEnds = [],
): Record<string, string> => ({
  ...row.headers,
  'content-type': 'application/json',
  ce_specversion: '1.0',
  ce_id: row.id,
  ce_type: row.type,
  ce_source: `/${source}`,
  ce_subject: row.key,
  ce_time: row.occurredAt.toISOString(),
  ce_sequence: sequenceText(row.sequence),
  ce_schemaversion: String(row.version),
  ce_causationid: row.causation,
  ce_correlationid: row.correlation,
  ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
  ...previousEndsHeader(previousEnds),
});

/** The content of the headers of a record. */
export interface Envelope {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  /** The oldest version whose readers can read it, where that is not `version`. */
  readonly readableSince?: number | undefined;
  readonly source: string;
  readonly sequence: bigint;
  readonly correlation: string | undefined;
  readonly causation: string | undefined;
  readonly trace?: TraceContext | undefined;
  /** The id that `read` of a foreign topic returned. */
  readonly originalId?: string | undefined;
}

/** Reads the envelope. Throws Poison that names the header that is missing or malformed. */
export function readEnvelope(headers: Readonly<Record<string, string>>): Envelope {
  const need = (name: string, rule: RegExp): string => {
    const value = headers[name];
    if (value === undefined || !rule.test(value))
      throw new Poison(`the header ${name} is ${value === undefined ? 'missing' : 'malformed'}`);
    return value;
  };
  return {
    id: need('ce_id', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    type: need('ce_type', /^.{1,200}$/),
    version: Number(need('ce_schemaversion', /^\d{1,6}$/)),
    ...(headers[readableSinceHeader] === undefined
      ? {}
      : { readableSince: Number(need(readableSinceHeader, /^\d{1,6}$/)) }),
    source: need('ce_source', /^.{1,500}$/),
    sequence: BigInt(need('ce_sequence', new RegExp(`^\\d{1,${sequenceDigits}}$`))),
    correlation: headers['ce_correlationid'],
    causation: headers['ce_causationid'],
    trace: readTraceContext(headers),
  };
}

/** The envelope of a record; undefined where it has none that can be read. */
export function envelopeOf({ headers }: Pick<IncomingRecord, 'headers'>): Envelope | undefined {
  try {
    return readEnvelope(headers);
  } catch (error) {
    if (error instanceof Poison) return undefined;
    throw error;
  }
}
