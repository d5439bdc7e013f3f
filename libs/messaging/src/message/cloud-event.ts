import type { ForeignRecord } from './foreign-record.js';

/** A CloudEvent 1.0. */
export interface CloudEvent {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string | undefined;
  readonly time: string | undefined;
  /** Parsed JSON; undefined where the event has no data. */
  readonly data: unknown;
}

/** Reads a CloudEvent in Kafka's binary mode (`ce_` headers) or structured mode (one JSON object). Throws where it is none. */
export function readCloudEvent(record: ForeignRecord): CloudEvent {
  const structured = /^application\/cloudevents\+json\b/i.test(record.headers['content-type'] ?? '');
  const event = structured ? objectOf(record.json()) : attributesOf(record.headers);
  const need = (name: string): string => {
    const value = event[name];
    if (typeof value !== 'string' || value === '') throw new TypeError(`the CloudEvent has no ${name}`);
    return value;
  };
  const optional = (name: string): string | undefined => (event[name] === undefined ? undefined : need(name));
  const binaryData = (): unknown => (record.value === null || record.value.length === 0 ? undefined : record.json());
  return {
    id: need('id'),
    type: need('type'),
    source: need('source'),
    subject: optional('subject'),
    time: optional('time'),
    data: structured ? structuredData(event) : binaryData(),
  };
}

function structuredData(event: Readonly<Record<string, unknown>>): unknown {
  const { data_base64: encoded } = event;
  return typeof encoded === 'string' ? JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) : event['data'];
}

const attributesOf = (headers: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (name.startsWith('ce_') ? [[name.slice(3), value]] : [])),
  );

function objectOf(json: unknown): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null) throw new TypeError('the CloudEvent is not a JSON object');
  return json as Record<string, unknown>;
}
