import { context, propagation, trace } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AsyncContext } from './async-context.js';
import { endServerSpan, startServerSpan } from './server-span.js';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01`, baggage: 'tenant=blue' };

function register(): InMemorySpanExporter {
  const exporter = new InMemorySpanExporter();
  context.setGlobalContextManager(new AsyncContext().enable());
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  return exporter;
}

afterEach(() => {
  trace.disable();
  propagation.disable();
  context.disable();
});

describe('the span of a request', () => {
  it('continues the trace of its caller, and passes it on with its baggage', () => {
    register();
    const { headers: passedOn, span } = startServerSpan('GET', headers)!;
    expect(passedOn).toEqual([
      'traceparent',
      `00-${traceId}-${span.spanContext().spanId}-01`,
      'baggage',
      headers.baggage,
    ]);
  });

  it("begins a trace where the caller's is not given", () => {
    const exporter = register();
    endServerSpan(startServerSpan('GET')!, 'GET', '/orders/:id', 200);
    const [span] = exporter.getFinishedSpans();
    expect([span?.name, span?.parentSpanContext, span?.attributes['http.route']]).toEqual([
      'GET /orders/:id',
      undefined,
      '/orders/:id',
    ]);
  });

  it.each([
    [200, 0],
    [404, 0],
    [503, 2],
    [undefined, 2],
  ])('with the status %s has the code %d: only a failure of the service is one', (status, code) => {
    const exporter = register();
    endServerSpan(startServerSpan('GET')!, 'GET', '/orders', status);
    expect(exporter.getFinishedSpans()[0]?.status.code).toBe(code);
  });

  it('is active through promises and callbacks', async () => {
    register();
    const { context: active, span } = startServerSpan('GET')!;
    const seen = await context.with(active, async () => {
      await new Promise(setImmediate);
      return trace.getActiveSpan();
    });
    expect(seen).toBe(span);
    expect(trace.getActiveSpan()).toBeUndefined();
    expect(context.bind(active, () => trace.getActiveSpan())()).toBe(span);
  });

  it('is not made without a tracer', () => expect(startServerSpan('GET', headers)).toBeUndefined());
});
