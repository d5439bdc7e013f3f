import type { ReceivedSpan } from './trace-collector.js';

/** Every step of an order that is confirmed, each once: the spans of its one trace. */
export const orderTrace = [
  'cart: POST /cart/checkout',
  'cart: create cart.events cart.checked-out',
  'cart: decide cart.check-out',
  'cart: process order.events order.confirmed',
  'cart: process order.events order.placed',
];

/** The parents and links of a trace that were not exported. */
export function missingIn(all: readonly ReceivedSpan[], traceId: string): string[] {
  const known = new Set(all.map(({ spanId }) => spanId));
  return all
    .filter((span) => span.traceId === traceId && span.parentSpanId !== '')
    .filter(({ parentSpanId }) => !known.has(parentSpanId))
    .map(({ service, name }) => `the parent of ${service}: ${name}`);
}

export function traceOf(
  all: readonly ReceivedSpan[],
  traceId: string,
): { readonly steps: readonly string[]; readonly roots: readonly string[] } {
  const spans = all.filter((span) => span.traceId === traceId);
  const step = ({ service, name, attributes }: ReceivedSpan): string =>
    [`${service}:`, name, attributes['tradewind.message.type']].filter(Boolean).join(' ');
  return {
    steps: spans.map(step).sort(),
    roots: spans.filter(({ parentSpanId }) => parentSpanId === '').map(step),
  };
}
