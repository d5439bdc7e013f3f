import {
  ProxyTracerProvider,
  SpanStatusCode,
  trace,
  type Context,
  type Link,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { attributes } from './attributes.js';

const scope = '@tradewind/messaging';

/** The most links of one span, a limit of OpenTelemetry's own. */
export const maxLinks = 128;

/** The tracer of the application; undefined where it registered none: then nothing is made for a span. */
export function activeTracer(): Tracer | undefined {
  const provider = trace.getTracerProvider();
  return provider instanceof ProxyTracerProvider ? provider.getDelegateTracer(scope) : provider.getTracer(scope);
}

/** A link to the span of a context; none where it has no valid one. */
export function linksTo(context: Context): Link[] {
  const linked = trace.getSpanContext(context);
  return linked && trace.isSpanContextValid(linked) ? [{ context: linked }] : [];
}

/** Only the name of the error: its text may repeat values, and the log has it, masked, with the id of the trace. */
export function markFailed(span: Span, error: unknown): void {
  const name = error instanceof Error ? error.name : typeof error;
  span.setAttribute(attributes.error, name);
  span.setStatus({ code: SpanStatusCode.ERROR, message: name });
}
