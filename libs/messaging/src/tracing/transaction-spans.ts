import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import type { TraceContext } from '../ports/index.js';
import { attributes } from './attributes.js';
import { DecisionSpans } from './decision-spans.js';
import { fromTraceContext } from './trace-context.js';
import { activeTracer, linksTo, markFailed, maxLinks } from './tracer.js';

/** What is decided in a transaction, for its span. */
export interface Traced {
  readonly cause: string;
  readonly consumer?: string;
  readonly timeout?: string;
  /** Of a message: its topic and type. Of anything else: the name of the command, effect or saga. */
  readonly topic?: string;
  readonly name?: string;
  readonly correlation?: string | undefined;
  /** The span that it continues, as it came with the message, effect or timeout. */
  readonly trace?: TraceContext | null | undefined;
  /** The same, of this process. */
  readonly context?: Context | undefined;
  /** It comes late: a trace of its own, with a link. */
  readonly startsTrace?: boolean;
}

/** How it ended. */
interface Ended {
  readonly kind: string;
  readonly error?: unknown;
  readonly rejection?: { readonly rejected: string };
}

interface Opened {
  readonly span: Span;
  readonly context: Context;
}

/**
 * One transaction, with everything that is decided in it: a root span that is linked with a span for each message, command, timeout or effect result.
 * A span lasts over all attempts, from the first decision until the outcome is known.
 */
export class TransactionSpans<T extends Traced> {
  readonly #span: Span;
  readonly #opened = new Map<T, Opened>();
  #decisions: DecisionSpans[] = [];

  private constructor(
    private readonly tracer: Tracer,
    name: string,
    all: readonly T[],
  ) {
    this.#span = tracer.startSpan(`transaction ${name}`, { kind: SpanKind.INTERNAL, root: true }, ROOT_CONTEXT);
    if (!this.#span.isRecording()) return;
    this.#span.setAttribute(attributes.batchSize, all.length);
    this.#span.addLinks(all.slice(0, maxLinks).flatMap((each) => linksTo(contextOf(each))));
  }

  static begin<T extends Traced>(name: string, all: readonly T[]): TransactionSpans<T> | undefined {
    const tracer = activeTracer();
    return tracer && new TransactionSpans(tracer, name, all);
  }

  /** What an attempt before had created is rolled back. */
  attempt(): void {
    this.#decisions = [];
  }

  /** Why the transaction is attempted again. */
  event(what: string): void {
    this.#span.addEvent(what);
  }

  /** Runs `decide` inside its span. */
  within<R>(traced: T, decide: () => R): R {
    return context.with(this.#open(traced).context, decide);
  }

  /** For what the decision publishes and schedules. */
  decision(traced: T): DecisionSpans {
    const spans = new DecisionSpans(this.tracer, this.#open(traced).context);
    this.#decisions.push(spans);
    return spans;
  }

  committed(): void {
    for (const decision of this.#decisions.splice(0)) decision.end();
  }

  end(outcomes: ReadonlyMap<T, Ended>): void {
    for (const [traced, { span }] of this.#opened) {
      const ended = outcomes.get(traced);
      if (ended && span.isRecording()) describe(span, ended);
      span.end();
    }
    const failed = [...outcomes.values()].find(({ kind }) => kind === 'transient');
    if (failed) markFailed(this.#span, failed.error);
    this.#span.end();
  }

  #open(traced: T): Opened {
    let opened = this.#opened.get(traced);
    if (!opened) this.#opened.set(traced, (opened = this.#start(traced)));
    return opened;
  }

  #start(traced: T): Opened {
    const before = contextOf(traced);
    const parent = traced.startsTrace ? trace.deleteSpan(before) : before;
    const links = [{ context: this.#span.spanContext() }, ...(traced.startsTrace ? linksTo(before) : [])];
    const kind = traced.topic === undefined ? SpanKind.INTERNAL : SpanKind.CONSUMER;
    const span = this.tracer.startSpan(nameOf(traced), { kind, links }, parent);
    if (span.isRecording()) span.setAttributes(attributesOf(traced));
    return { span, context: trace.setSpan(parent, span) };
  }
}

const contextOf = ({ context: active, trace: stored }: Traced): Context => active ?? fromTraceContext(stored);

function nameOf({ topic, timeout, name = '' }: Traced): string {
  if (topic !== undefined) return `process ${topic}`;
  return `${timeout === undefined ? 'decide' : 'timeout'} ${name}`;
}

const attributesOf = ({ cause, consumer, topic, name, correlation }: Traced): Attributes => ({
  ...(topic === undefined
    ? {}
    : {
        [attributes.system]: 'kafka',
        [attributes.operation]: 'process',
        [attributes.topic]: topic,
        [attributes.messageType]: name,
        [attributes.group]: consumer,
      }),
  [attributes.messageId]: cause,
  [attributes.correlation]: correlation,
});

function describe(span: Span, { kind, error, rejection }: Ended): void {
  span.setAttribute(attributes.outcome, kind);
  if (rejection) span.setAttribute(attributes.rejection, rejection.rejected);
  if (kind === 'failed' || kind === 'transient') markFailed(span, error);
}
