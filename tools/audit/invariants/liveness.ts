import type { ById } from './by-id.js';
import { Findings, type Section } from './section.js';
import type { SagaFact } from './waiting-for-operator.js';

export interface PendingEffect {
  readonly service: string;
  readonly id: string;
  readonly name: string;
  readonly key: string;
  /** The order that it is for. */
  readonly subject: string;
  readonly attempts: number;
  readonly lastError: string | null;
}

export interface Unpublished {
  readonly service: string;
  readonly topic: string;
  readonly key: string;
  readonly message: string;
}

export interface LivenessFacts {
  readonly orders: ById<{ readonly status: string }>;
  /** Sagas that have not ended. */
  readonly running: Iterable<SagaFact>;
  readonly effects: readonly PendingEffect[];
  readonly unpublished: readonly Unpublished[];
  /** Consumers that have not read to the end. */
  readonly behind: readonly { readonly consumer: string; readonly topic: string; readonly records: number }[];
  /** Orders that wait for an operator. */
  readonly waiting: ReadonlySet<string>;
}

const outcomes = new Set(['confirmed', 'rejected', 'cancelled']);

/** G3, at rest: every accepted order has its outcome, and nothing is still in progress, except what waits for an operator. */
export function checkLiveness({ orders, running, effects, unpublished, behind, waiting }: LivenessFacts): Section {
  const findings = new Findings();
  for (const what of ['orders', 'with their outcome', 'waiting for an operator']) findings.count(what, 0);
  for (const [orderId, { status }] of orders) {
    findings.count('orders');
    if (waiting.has(orderId)) findings.count('waiting for an operator');
    else if (outcomes.has(status)) findings.count('with their outcome');
    else findings.report(`no outcome: the order is ${status}`, { order: orderId }, 'stuck');
  }
  for (const { id, subject, status, step } of running) {
    if (!waiting.has(subject))
      findings.report(
        `a saga has not ended: it is ${status}${step === null ? '' : ` at "${step}"`}`,
        { saga: id, order: subject },
        'stuck',
      );
  }
  for (const { service, id, name, key, subject, attempts, lastError } of effects) {
    if (waiting.has(subject)) continue;
    findings.report(
      `an effect has not ended after ${attempts} attempts: ${name}${lastError === null ? '' : ` (${lastError})`}`,
      { service, effect: id, key, order: subject },
      'stuck',
    );
  }
  for (const { service, topic, key, message } of unpublished) {
    if (!waiting.has(key))
      findings.report(`a message has not been published to ${topic}`, { service, message, key }, 'stuck');
  }
  for (const { consumer, topic, records } of behind)
    findings.report(`${records} records are unread`, { consumer, topic }, 'stuck');
  return findings.section('G3', 'liveness: every order has its outcome');
}
