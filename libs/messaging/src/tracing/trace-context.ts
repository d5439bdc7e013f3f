import { propagation, ROOT_CONTEXT, type Context } from '@opentelemetry/api';
import type { OutboxRow, TraceContext } from '../ports/index.js';

/** Limits of the W3C recommendations. A value beyond them, or with other characters, is dropped: anybody may write headers. */
const rules: Readonly<Record<keyof TraceContext, RegExp>> = {
  traceparent: /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/,
  tracestate: /^[\x20-\x7e]{1,512}$/,
  baggage: /^[\x20-\x7e]{1,8192}$/,
};
const names = Object.keys(rules) as readonly (keyof TraceContext)[];

/** The trace context among headers; undefined where there is none. */
export function readTraceContext(headers: Readonly<Record<string, string>>): TraceContext | undefined {
  let found: Record<string, string> | undefined;
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined && rules[name].test(value)) (found ??= {})[name] = value;
  }
  return found;
}

/** The trace context of a row of the outbox: a column, and headers. */
export const traceOfRow = ({
  traceparent,
  headers,
}: Pick<OutboxRow, 'traceparent' | 'headers'>): TraceContext | undefined =>
  traceparent === null ? undefined : readTraceContext({ ...headers, traceparent });

/** The headers, or the columns of a row, of a context; undefined where it has no trace. */
export function toTraceContext(context: Context): TraceContext | undefined {
  const carrier: Record<string, string> = {};
  propagation.inject(context, carrier);
  return readTraceContext(carrier);
}

export const fromTraceContext = (trace: TraceContext | null | undefined): Context =>
  trace ? propagation.extract(ROOT_CONTEXT, trace) : ROOT_CONTEXT;
