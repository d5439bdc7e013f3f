import { Findings, type Section } from './section.js';
import type { SagaFact } from './waiting.js';

export interface OpenEffect {
  readonly service: string;
  readonly id: string;
  readonly name: string;
  readonly key: string;
  /** What it is about: an order. */
  readonly subject: string;
  readonly tries: number;
  readonly lastError: string | null;
}

export interface Unpublished {
  readonly service: string;
  readonly topic: string;
  readonly key: string;
  readonly message: string;
}

export interface LivenessFacts {
  readonly orders: ReadonlyMap<string, { readonly status: string }>;
  /** Sagas that have not ended. */
  readonly running: readonly SagaFact[];
  readonly effects: readonly OpenEffect[];
  readonly unpublished: readonly Unpublished[];
  /** Consumers that have not read to the end. */
  readonly behind: readonly { readonly consumer: string; readonly topic: string; readonly records: number }[];
  readonly held: ReadonlySet<string>;
}

const outcomes = new Set(['confirmed', 'rejected', 'cancelled']);

/** G3, at rest: every accepted order has its outcome, and nothing that was begun is still under way, but for what an operator holds. */
export function checkLiveness({ orders, running, effects, unpublished, behind, held }: LivenessFacts): Section {
  const findings = new Findings();
  for (const what of ['orders', 'with their outcome', 'waiting for an operator']) findings.count(what, 0);
  for (const [orderId, { status }] of orders) {
    findings.count('orders');
    if (held.has(orderId)) findings.count('waiting for an operator');
    else if (outcomes.has(status)) findings.count('with their outcome');
    else findings.report(`no outcome: the order is ${status}`, { order: orderId }, 'stuck');
  }
  for (const { id, subject, status, step } of running) {
    if (!held.has(subject))
      findings.report(
        `a saga has not ended: it is ${status}${step === null ? '' : ` at "${step}"`}`,
        { saga: id, order: subject },
        'stuck',
      );
  }
  for (const { service, id, name, key, subject, tries, lastError } of effects) {
    if (held.has(subject)) continue;
    findings.report(
      `an effect has not ended after ${tries} tries: ${name}${lastError === null ? '' : ` (${lastError})`}`,
      { service, effect: id, key, order: subject },
      'stuck',
    );
  }
  for (const { service, topic, key, message } of unpublished) {
    if (!held.has(key))
      findings.report(`a message has not been published to ${topic}`, { service, message, key }, 'stuck');
  }
  for (const { consumer, topic, records } of behind)
    findings.report(`${records} records are unread`, { consumer, topic }, 'stuck');
  return findings.section('G3', 'liveness: every order has its outcome');
}
