import type { IncomingRecord, TraceContext } from '../ports/index.js';
import { readTraceContext } from './trace-context.js';

interface Logged {
  readonly correlation?: string | null | undefined;
  readonly trace?: TraceContext | null | undefined;
}

/** With them a line of the log is found by its order, and by its trace: `correlation_id`, `trace_id`, `span_id`. */
export function logFields({ correlation, trace }: Logged): Readonly<Record<string, string>> {
  const [, traceId, spanId] = trace?.traceparent?.split('-') ?? [];
  return {
    ...(correlation === undefined || correlation === null ? {} : { correlation_id: correlation }),
    ...(traceId === undefined || spanId === undefined ? {} : { trace_id: traceId, span_id: spanId }),
  };
}

/** The same of a record, also of one that is no message. */
export const recordFields = ({
  key,
  headers,
}: Pick<IncomingRecord, 'key' | 'headers'>): Readonly<Record<string, string>> =>
  logFields({ correlation: headers['ce_correlationid'] ?? key, trace: readTraceContext(headers) });
