import { context, SpanKind, trace, type Context } from '@opentelemetry/api';
import type { ClaimedEffect } from '../ports/index.js';
import { attributes } from './attributes.js';
import { fromTraceContext } from './trace-context.js';
import { activeTracer, markFailed } from './tracer.js';

export interface CallSpan {
  /** Behind it the result is decided. */
  readonly context: Context;
  run<T>(call: () => Promise<T>): Promise<T>;
}

/** The span of one try of an effect, behind the decision that scheduled it. Undefined without a tracer. */
export function callSpan({
  id,
  name,
  key,
  correlation,
  attempts,
  trace: scheduledBy,
}: ClaimedEffect): CallSpan | undefined {
  const tracer = activeTracer();
  if (!tracer) return undefined;
  const parent = fromTraceContext(scheduledBy);
  const span = tracer.startSpan(`call ${name}`, { kind: SpanKind.CLIENT }, parent);
  if (span.isRecording())
    span.setAttributes({
      [attributes.effectId]: id,
      [attributes.key]: key,
      [attributes.correlation]: correlation,
      [attributes.attempt]: attempts,
    });
  const behind = trace.setSpan(parent, span);
  return {
    context: behind,
    run: async (call) => {
      try {
        return await context.with(behind, call);
      } catch (error) {
        markFailed(span, error);
        throw error;
      } finally {
        span.end();
      }
    },
  };
}
