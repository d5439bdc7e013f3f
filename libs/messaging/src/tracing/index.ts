/** Spans of messages, decisions, transactions, sends and effects, through the API of OpenTelemetry. Without a registered tracer nothing is made. */
export { attributes } from './attributes.js';
export { callSpan, type CallSpan } from './call-span.js';
export { decisionSpans, DecisionSpans, type CreatedMessage } from './decision-spans.js';
export { logFields, recordFields } from './log-fields.js';
export { SendSpans } from './send-spans.js';
export { fromTraceContext, readTraceContext, toTraceContext, traceOfRow } from './trace-context.js';
export { activeTracer, linksTo, markFailed } from './tracer.js';
export { TransactionSpans, type Traced } from './transaction-spans.js';
