import {
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { activeTracer, attributes, toTraceContext } from '@tradewind/messaging/internals';

/** The span of a request that this process answers. */
export interface ServerSpan {
  readonly context: Context;
  /** For the calls behind it: name, value, name, value … */
  readonly headers: readonly string[];
  readonly span: Span;
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Begins the span of a request, behind the caller's, if its headers are given. Undefined without a tracer. */
export function startServerSpan(method: string, callersHeaders?: Headers): ServerSpan | undefined {
  const tracer = activeTracer();
  if (!tracer) return undefined;
  const parent = callersHeaders ? propagation.extract(ROOT_CONTEXT, callersHeaders) : ROOT_CONTEXT;
  const span = tracer.startSpan(method, { kind: SpanKind.SERVER }, parent);
  const context = trace.setSpan(parent, span);
  return { context, span, headers: Object.entries(toTraceContext(context) ?? {}).flat() };
}

/** Ends it with what is known after the response. The route is a pattern: no text of the client. */
export function endServerSpan({ span }: ServerSpan, method: string, route: string, status: number | undefined): void {
  if (span.isRecording()) {
    span.updateName(`${method} ${route}`);
    span.setAttributes({ [attributes.httpMethod]: method, [attributes.httpRoute]: route });
    if (status !== undefined) span.setAttribute(attributes.httpStatus, status);
    if (status === undefined || status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}
