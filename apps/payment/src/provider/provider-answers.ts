import type { Money } from '@tradewind/kernel';
import {
  ProviderMisused,
  ProviderUnreachable,
  type Declined,
  type Found,
  type Refunded,
  type RefundRequest,
  type RefundResult,
  type Refused,
  type Taken,
  type TakeRequest,
  type TakeResult,
  type VoidResult,
} from './payment-provider.js';

/** What came back over the wire. `body` is undefined when it was not JSON. */
export interface Answer {
  /** What was asked, for the message of an error: `take o1:take:1`. */
  readonly to: string;
  readonly code: number;
  readonly body: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = ({ body }: Answer): Fields => (typeof body === 'object' && body !== null ? (body as Fields) : {});

const says = (answer: Answer, code: number, status: string, key: string): boolean =>
  answer.code === code && fieldsOf(answer)['status'] === status && fieldsOf(answer)['key'] === key;

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= 100;

const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** An answer that does not fit is no answer: what it was about may have happened all the same. */
function senseless(answer: Answer): Error {
  const { status, error } = fieldsOf(answer);
  if (answer.code === 503 && status === 'unavailable')
    return new ProviderUnreachable(`the provider is not ready to ${answer.to}`, false);
  if (answer.code === 400 && typeof error === 'string')
    return new ProviderMisused(`the provider can't ${answer.to}: ${error}`);
  return new ProviderUnreachable(`the provider's answer to ${answer.to} makes no sense (${answer.code})`, true);
}

function moneyOf(answer: Answer): Money {
  const { amount, currency } = fieldsOf(answer);
  if (isAmount(amount) && typeof currency === 'string') return { amount, currency };
  throw senseless(answer);
}

function moved<S extends 'taken' | 'refunded'>(
  status: S,
  answer: Answer,
  asked?: Money,
): { status: S; reference: string; amount: Money } {
  const { reference } = fieldsOf(answer);
  const amount = moneyOf(answer);
  const fits = asked === undefined || (asked.amount === amount.amount && asked.currency === amount.currency);
  if (!isText(reference) || !fits) throw senseless(answer);
  return { status, reference, amount };
}

const taken = (answer: Answer, asked?: Money): Taken => moved('taken', answer, asked);
const refunded = (answer: Answer, asked?: Money): Refunded => moved('refunded', answer, asked);

function declined(answer: Answer): Declined {
  const { reason } = fieldsOf(answer);
  if (!isText(reason)) throw senseless(answer);
  return { status: 'declined', reason };
}

const reasons: readonly Refused['reason'][] = ['key-reused', 'not-taken', 'exceeds-taken', 'other-currency'];

function refused(answer: Answer): Refused {
  const { status, reason } = fieldsOf(answer);
  const known = reasons.find((each) => each === reason);
  if (answer.code !== 422 || status !== 'refused' || known === undefined) throw senseless(answer);
  return { status: 'refused', reason: known };
}

export function readTaken(answer: Answer, { key, amount }: TakeRequest): TakeResult {
  if (says(answer, 201, 'taken', key)) return taken(answer, amount);
  if (says(answer, 402, 'declined', key)) return declined(answer);
  if (says(answer, 409, 'voided', key)) return { status: 'voided' };
  return refused(answer);
}

export function readRefunded(answer: Answer, { key, amount }: RefundRequest): RefundResult {
  return says(answer, 201, 'refunded', key) ? refunded(answer, amount) : refused(answer);
}

export function readFound(answer: Answer, key: string): Found {
  if (says(answer, 200, 'taken', key)) return taken(answer);
  if (says(answer, 200, 'declined', key)) return declined(answer);
  if (says(answer, 200, 'refunded', key)) return refunded(answer);
  if (says(answer, 200, 'voided', key)) return { status: 'voided' };
  // The bare 404 of a wrong address must not pass for "nothing happened".
  if (says(answer, 404, 'absent', key)) return { status: 'absent' };
  throw senseless(answer);
}

export function readVoided(answer: Answer, key: string): VoidResult {
  if (says(answer, 200, 'voided', key)) return { status: 'voided' };
  if (says(answer, 409, 'taken', key)) return taken(answer);
  if (answer.code === 422 && refused(answer).reason === 'key-reused')
    throw new ProviderMisused(`the provider can't ${answer.to}: the key is not that of a take`);
  throw senseless(answer);
}
