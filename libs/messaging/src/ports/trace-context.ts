/**
 * Where a trace continues: W3C Trace Context and Baggage, as the headers of a record carry them and as the rows of effects and timeouts keep them.
 * Kept also where the trace is not sampled, so that everything behind it agrees.
 */
export interface TraceContext {
  readonly traceparent?: string;
  readonly tracestate?: string;
  readonly baggage?: string;
}
