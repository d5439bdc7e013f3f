/** Traces of the service: the exporter, and the spans of HTTP requests. */
export { endServerSpan, type ServerSpan, startServerSpan } from './server-span.js';
export { requestSpans } from './request-spans.js';
export { startTracing } from './start-tracing.js';
