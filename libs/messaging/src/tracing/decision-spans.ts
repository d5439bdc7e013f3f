import { context, SpanKind, trace, type Context, type Span, type Tracer } from '@opentelemetry/api';
import type { TraceContext } from '../ports/index.js';
import { attributes } from './attributes.js';
import { toTraceContext } from './trace-context.js';
import { activeTracer } from './tracer.js';

/** What the span of a published message says about it. */
export interface CreatedMessage {
  readonly id: string;
  readonly topic: string;
  readonly type: string;
  readonly key: string;
}

/** What one decision publishes and schedules, as children of its span. */
export class DecisionSpans {
  readonly #created: Span[] = [];
  #trace: TraceContext | undefined | null = null;

  constructor(
    private readonly tracer: Tracer,
    private readonly parent: Context,
  ) {}

  /** Of what the decision schedules: its own span. */
  get trace(): TraceContext | undefined {
    return this.#trace === null ? (this.#trace = toTraceContext(this.parent)) : this.#trace;
  }

  /** Begins the span of a message. The consumers of the message continue the trace behind it. */
  create({ id, topic, type, key }: CreatedMessage): TraceContext | undefined {
    const span = this.tracer.startSpan(`create ${topic}`, { kind: SpanKind.PRODUCER }, this.parent);
    if (span.isRecording()) {
      span.setAttributes({
        [attributes.system]: 'kafka',
        [attributes.operation]: 'create',
        [attributes.topic]: topic,
        [attributes.messageId]: id,
        [attributes.messageType]: type,
        [attributes.key]: key,
      });
      this.#created.push(span);
    }
    return toTraceContext(trace.setSpan(this.parent, span));
  }

  /** The messages are committed. A span that does not end is not exported. */
  end(): void {
    for (const span of this.#created) span.end();
  }
}

/** For code in a transaction of its own: children of the active span. Undefined without a tracer. */
export function decisionSpans(): DecisionSpans | undefined {
  const tracer = activeTracer();
  return tracer && new DecisionSpans(tracer, context.active());
}
