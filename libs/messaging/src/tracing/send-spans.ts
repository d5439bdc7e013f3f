import { ROOT_CONTEXT, SpanKind, type Span } from '@opentelemetry/api';
import { groupBy } from '@tradewind/kernel';
import type { UnpublishedRow } from '../ports/index.js';
import { attributes } from './attributes.js';
import { fromTraceContext, traceOfRow } from './trace-context.js';
import { activeTracer, linksTo, markFailed, maxLinks } from './tracer.js';

/** One send to the broker: a root span a topic, with links to its messages. */
export class SendSpans {
  private constructor(private readonly spans: readonly Span[]) {}

  static begin(rows: readonly UnpublishedRow[]): SendSpans | undefined {
    const tracer = activeTracer();
    if (!tracer) return undefined;
    const spans: Span[] = [];
    for (const [topic, sent] of groupBy(rows, (row) => row.topic)) {
      const span = tracer.startSpan(`send ${topic}`, { kind: SpanKind.CLIENT, root: true }, ROOT_CONTEXT);
      if (!span.isRecording()) continue;
      span.setAttributes({
        [attributes.system]: 'kafka',
        [attributes.operation]: 'send',
        [attributes.topic]: topic,
        [attributes.batchSize]: sent.length,
      });
      span.addLinks(sent.slice(0, maxLinks).flatMap((row) => linksTo(fromTraceContext(traceOfRow(row)))));
      spans.push(span);
    }
    return new SendSpans(spans);
  }

  end(error?: unknown): void {
    for (const span of this.spans) {
      if (error !== undefined) markFailed(span, error);
      span.end();
    }
  }
}
