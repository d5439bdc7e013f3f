import { context, propagation, ROOT_CONTEXT, trace, type Context } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Simulation } from '@tradewind/simulation';
import { IsString } from 'class-validator';
import { EffectWorker } from '../effects/effect-worker.js';
import { nothing, publish, schedule, scheduleTimeouts, type Decision } from '../handling/index.js';
import type { Invocation } from '../handling/invocation.js';
import { Runner } from '../handling/runner.js';
import { Message, topic } from '../message/index.js';
import { table, type TraceContext } from '../ports/index.js';
import { type AnySaga, SagaInstances } from '../sagas/index.js';
import { TimeoutWorker } from '../sagas/timeout-worker.js';
import { SendSpans, traceOfRow } from './index.js';

const Orders = table<{ readonly orderId: string }>('orders', 'orderId', { orderId: 'text' });
const topicName = 'chat.events';
@Message({ type: 'chat.posted', topic: topic(topicName, { owner: 'chat' }), key: 'chatId' })
class Posted {
  @IsString() readonly chatId!: string;
}

const incoming: TraceContext = {
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  tracestate: 'vendor=value',
  baggage: 'tenant=blue',
};

let nextId = 0;
const message = (rest: Partial<Invocation> = {}): Invocation => {
  const cause = `00000000-0000-7000-8000-${String(++nextId).padStart(12, '0')}`;
  return {
    cause,
    orderingKey: cause,
    consumer: 'chat',
    topic: topicName,
    name: 'chat.posted',
    load: {},
    input: undefined,
    trace: incoming,
    decide: () => publish(Posted, { chatId: 'a' }),
    ...rest,
  };
};

function tracing(sampler = new AlwaysOnSampler()): InMemorySpanExporter {
  const exporter = new InMemorySpanExporter();
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ sampler, spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  return exporter;
}

function aService() {
  const simulation = new Simulation('tracing');
  const database = simulation.database('chat');
  const process = simulation.process('chat');
  const store = process.store(database);
  const runner = new Runner(store, [Orders, SagaInstances], process.runtimePorts, 'chat');
  const run = async (...invocations: readonly Invocation[]): Promise<(string | undefined)[]> => {
    const outcomes = await simulation.settled(runner.run(invocations));
    return invocations.map((invocation) => outcomes.get(invocation)?.kind);
  };
  const published = (): (TraceContext | undefined)[] => database.outbox.unpublished().map((row) => traceOfRow(row));
  return { simulation, database, process, store, runner, run, published };
}

const named = (exporter: InMemorySpanExporter, name: string): ReadableSpan[] =>
  exporter.getFinishedSpans().filter((span) => span.name === name);
const only = (exporter: InMemorySpanExporter, name: string): ReadableSpan => {
  const [span, ...others] = named(exporter, name);
  if (!span || others.length > 0) throw new Error(`${others.length + (span ? 1 : 0)} spans ${name}`);
  return span;
};
const linked = (span: ReadableSpan): string[] => span.links.map((link) => link.context.spanId);
const [incomingTrace, incomingSpan] = incoming.traceparent!.split('-').slice(1);

afterEach(() => {
  trace.disable();
  propagation.disable();
  context.disable();
});

describe('the trace of a message', () => {
  it('goes on through the decision to what it publishes, each message with a span of its own', async () => {
    const exporter = tracing();
    const { run, published } = aService();
    expect(await run(message(), message())).toEqual(['done', 'done']);
    const processed = named(exporter, `process ${topicName}`);
    const created = named(exporter, `create ${topicName}`);
    expect(processed.map((span) => [span.spanContext().traceId, span.parentSpanContext?.spanId])).toEqual([
      [incomingTrace, incomingSpan],
      [incomingTrace, incomingSpan],
    ]);
    expect(created.map((span) => span.parentSpanContext?.spanId)).toEqual(
      processed.map((span) => span.spanContext().spanId),
    );
    expect(published()).toEqual(
      created.map((span) => ({
        ...incoming,
        traceparent: `00-${incomingTrace}-${span.spanContext().spanId}-01`,
      })),
    );
  });

  it('and that of its transaction are linked', async () => {
    const exporter = tracing();
    const { run } = aService();
    await run(message(), message());
    const transaction = only(exporter, 'transaction chat');
    expect(transaction.parentSpanContext).toBeUndefined();
    expect(linked(transaction)).toEqual([incomingSpan, incomingSpan]);
    for (const span of named(exporter, `process ${topicName}`))
      expect(linked(span)).toEqual([transaction.spanContext().spanId]);
  });

  it('goes on to effects and timeouts', async () => {
    const exporter = tracing();
    const { run, database } = aService();
    const decide = (): Decision =>
      schedule('call', 'a', {}).and(
        scheduleTimeouts([{ id: 't', sagaId: 's:a', name: 'n', milliseconds: 1, command: undefined }]),
      );
    await run(message({ decide }));
    const { spanId } = only(exporter, `process ${topicName}`).spanContext();
    const expected = { ...incoming, traceparent: `00-${incomingTrace}-${spanId}-01` };
    expect(database.effects.committed().map((row) => row.trace)).toEqual([expected]);
    expect(database.timeouts.committed().map((row) => row.trace)).toEqual([expected]);
  });

  it('is captured also where it is not sampled, and nothing is exported', async () => {
    const exporter = tracing(new AlwaysOffSampler());
    const { run, published } = aService();
    await run(message());
    expect(published()).toEqual([
      { ...incoming, traceparent: expect.stringMatching(`^00-${incomingTrace}-(?!${incomingSpan})[0-9a-f]{16}-00$`) },
    ]);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  it('is passed on without a tracer', async () => {
    const { run, published } = aService();
    await run(message());
    expect(published()).toEqual([incoming]);
  });

  it('is a new one, with a link, where the message comes late; its baggage goes on', async () => {
    const exporter = tracing();
    const { run, published } = aService();
    await run(message({ startsTrace: true }));
    const span = only(exporter, `process ${topicName}`);
    expect(span.parentSpanContext).toBeUndefined();
    expect(span.spanContext().traceId).not.toBe(incomingTrace);
    expect(linked(span)).toContain(incomingSpan);
    expect(published().map((each) => each?.baggage)).toEqual([incoming.baggage]);
  });
});

describe('a decision that is attempted again', () => {
  it('has one span, and its messages have the spans of the attempt that was committed', async () => {
    const exporter = tracing();
    const { run, published } = aService();
    const timeout = { id: 't', sagaId: 's:a', name: 'n', milliseconds: 1, command: undefined };
    await run(message({ decide: () => scheduleTimeouts([timeout]) }));
    const {
      consumer: _,
      topic: __,
      ...failing
    } = message({
      timeout: 't',
      decide: () => {
        throw new RangeError('a bug');
      },
    });
    exporter.reset();
    expect(await run(message(), failing, message())).toEqual(['done', 'failed', 'done']);
    expect(named(exporter, `process ${topicName}`)).toHaveLength(2);
    expect(only(exporter, 'transaction chat').events.map(({ name }) => name)).toEqual([
      'again without what was not decided',
    ]);
    expect(named(exporter, `create ${topicName}`)).toHaveLength(2);
    expect(published().map((each) => each?.traceparent?.slice(36, 52))).toEqual(
      named(exporter, `create ${topicName}`).map((span) => span.spanContext().spanId),
    );
  });

  it('keeps the span of a failed decision, with the name of its error and nothing of its text', async () => {
    const exporter = tracing();
    const { run } = aService();
    const decide = (): Decision => {
      throw new RangeError('ann@example.com');
    };
    expect(await run(message({ decide }), message())).toEqual(['failed', 'done']);
    const [failed, done] = named(exporter, `process ${topicName}`);
    expect([failed?.status.message, failed?.attributes['tradewind.outcome']]).toEqual(['RangeError', 'failed']);
    expect(done?.attributes['tradewind.outcome']).toBe('done');
    const exported = exporter.getFinishedSpans().map(({ name, attributes, status, events }) => ({
      name,
      attributes,
      status,
      events,
    }));
    expect(JSON.stringify(exported)).not.toContain('ann@');
  });
});

describe('an effect', () => {
  it('has a span for each try behind its decision, and its result is decided behind the last', async () => {
    const exporter = tracing();
    const { simulation, process, store, runner, run, published } = aService();
    await run(message({ decide: () => schedule('payment.take', 'a', {}) }));
    let tries = 0;
    const worker = new EffectWorker(store, runner, process.runtimePorts, {
      concurrency: 1,
      log: () => undefined,
      effects: [
        {
          name: 'payment.take',
          run: () => (++tries < 2 ? Promise.reject(new TypeError('away')) : Promise.resolve('taken')),
          settle: () => publish(Posted, { chatId: 'a' }),
        },
      ],
    });
    worker.start();
    await simulation.until(() => published().length === 1, 60_000);
    await simulation.settled(worker.stop());
    const decided = only(exporter, `process ${topicName}`).spanContext().spanId;
    const calls = named(exporter, 'call payment.take');
    expect(calls.map((call) => [call.parentSpanContext?.spanId, call.attributes['tradewind.attempt']])).toEqual([
      [decided, 1],
      [decided, 2],
    ]);
    const result = only(exporter, 'decide payment.take');
    expect(result.parentSpanContext?.spanId).toBe(calls[1]?.spanContext().spanId);
    expect(only(exporter, `create ${topicName}`).parentSpanContext?.spanId).toBe(result.spanContext().spanId);
  });
});

describe('a timeout', () => {
  it('has a trace of its own, linked with the span that requested it', async () => {
    const exporter = tracing();
    const { simulation, database, process, store, runner } = aService();
    const kafka = simulation.kafka();
    const saga = { name: 'place-order', subjects: Orders } as unknown as AnySaga;
    const worker = new TimeoutWorker(store, process.kafka(kafka), runner, process.runtimePorts, {
      group: 'chat',
      topics: [],
      partitionCountOf: () => 1,
      sagas: [saga],
      log: () => undefined,
    });
    const timeout = { id: 't', sagaId: 'place-order:a', name: 'n', timeoutMs: 1, startedBy: null, trace: incoming };
    await simulation.settled(store.transaction((transaction) => transaction.scheduleTimeouts([timeout])));
    worker.start();
    await simulation.until(() => database.timeouts.committed().length === 0, 60_000);
    await simulation.settled(worker.stop());
    const span = only(exporter, 'timeout place-order');
    expect(span.parentSpanContext).toBeUndefined();
    expect(span.spanContext().traceId).not.toBe(incomingTrace);
    expect(linked(span)).toEqual([only(exporter, 'transaction chat').spanContext().spanId, incomingSpan]);
  });
});

describe('a send', () => {
  it('has a root span a topic, linked with the spans of at most 128 messages', async () => {
    const exporter = tracing();
    const { run, database } = aService();
    await run(...Array.from({ length: 130 }, () => message()));
    SendSpans.begin(database.outbox.unpublished())?.end();
    const span = only(exporter, `send ${topicName}`);
    expect(span.parentSpanContext).toBeUndefined();
    expect(linked(span)).toEqual(
      named(exporter, `create ${topicName}`)
        .slice(0, 128)
        .map((created) => created.spanContext().spanId),
    );
    expect(span.attributes['messaging.batch.message_count']).toBe(130);
  });
});

describe('without a tracer', () => {
  it('a decision runs in the context of its caller, and nothing reads a trace context', async () => {
    const { run } = aService();
    let active: Context | undefined;
    propagation.setGlobalPropagator({
      inject: () => {
        throw new Error('injected');
      },
      extract: () => {
        throw new Error('extracted');
      },
      fields: () => [],
    });
    const decide = (): Decision => {
      active = context.active();
      return nothing();
    };
    expect(await run(message({ decide }))).toEqual(['done']);
    expect(active).toBe(ROOT_CONTEXT);
  });
});
