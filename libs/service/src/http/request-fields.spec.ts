import { context, trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Request, Response } from 'express';
import { AsyncContext } from '../tracing/async-context.js';
import { JsonLogger } from '../logs/json-logger.js';
import { requestFields } from './request-fields.js';

const id = '0190d3a1-0000-7000-8000-000000000001';
const fieldsOf = (path: string, location?: string) =>
  requestFields({ path } as Request, { getHeader: () => location } as unknown as Response);

describe('the line of a request', () => {
  it.each([
    [`/orders/${id}`, undefined],
    [`/orders/${id}/cancel`, undefined],
    ['/cart/checkout', `/orders/${id}`],
  ])('to %s, answered with the location %s, has the id of the order', (path, location) =>
    expect(fieldsOf(path, location)).toEqual({ correlation_id: id }),
  );
  it.each(['/orders', '/orders/none', `/orders/${id}x`, `/products/${id}`])('to %s has none', (path) =>
    expect(fieldsOf(path)).toEqual({}),
  );
});

describe('a line that is logged inside a span', () => {
  afterEach(() => {
    trace.disable();
    context.disable();
  });
  it('has its ids, one outside has none', () => {
    context.setGlobalContextManager(new AsyncContext().enable());
    trace.setGlobalTracerProvider(new BasicTracerProvider());
    const lines: Record<string, unknown>[] = [];
    const logger = new JsonLogger({ LOG_LEVEL: 'info', INSTANCE_ID: 'order-1' }, 'order', {
      write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    });
    const span = trace.getTracer('test').startSpan('decide');
    context.with(trace.setSpan(context.active(), span), () => logger.log('inside'));
    logger.log('outside');
    const { traceId, spanId } = span.spanContext();
    expect(lines.map(({ msg, trace_id, span_id }) => [msg, trace_id, span_id])).toEqual([
      ['inside', traceId, spanId],
      ['outside', undefined, undefined],
    ]);
  });
});
