import { declineReasons } from '@tradewind/contracts';
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

/** An HTTP answer. `body` is undefined if it was not JSON, or not declared as JSON. */
export interface Answer {
  /** The call, for error messages: `take o1:take:1`. */
  readonly to: string;
  readonly code: number;
  readonly body: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = ({ body }: Answer): Fields => (typeof body === 'object' && body !== null ? (body as Fields) : {});

const isAnswer = (answer: Answer, code: number, status: string, key: string): boolean =>
  answer.code === code && fieldsOf(answer)['status'] === status && fieldsOf(answer)['key'] === key;

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= 100;

const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** An invalid answer counts as no answer: the operation may have happened. */
function invalidAnswer(answer: Answer): Error {
  const { status, error } = fieldsOf(answer);
  if (answer.code === 503 && status === 'unavailable')
    return new ProviderUnreachable(`the provider is not ready to ${answer.to}`, false);
  if (answer.code === 401 && typeof error === 'string')
    return new ProviderUnreachable(`the provider refused PROVIDER_API_KEY to ${answer.to}`, false);
  if (answer.code === 400 && typeof error === 'string')
    return new ProviderMisused(`the provider can't ${answer.to}: ${error}`);
  return new ProviderUnreachable(`the provider's answer to ${answer.to} is invalid (${answer.code})`, true);
}

function moneyOf(answer: Answer): Money {
  const { amount, currency } = fieldsOf(answer);
  if (isAmount(amount) && typeof currency === 'string') return { amount, currency };
  throw invalidAnswer(answer);
}

function movement<S extends 'taken' | 'refunded'>(
  status: S,
  answer: Answer,
  expected?: Money,
): { status: S; reference: string; amount: Money } {
  const { reference } = fieldsOf(answer);
  const amount = moneyOf(answer);
  const matches =
    expected === undefined || (expected.amount === amount.amount && expected.currency === amount.currency);
  if (!isText(reference) || !matches) throw invalidAnswer(answer);
  return { status, reference, amount };
}

const taken = (answer: Answer, expected?: Money): Taken => movement('taken', answer, expected);
const refunded = (answer: Answer, expected?: Money): Refunded => movement('refunded', answer, expected);

function declined(answer: Answer): Declined {
  const { reason } = fieldsOf(answer);
  if (!isText(reason)) throw invalidAnswer(answer);
  // The provider's own words may name the person, and an event stays for ever.
  return { status: 'declined', reason: declineReasons.find((each) => each === reason) ?? 'other' };
}

const reasons: readonly Refused['reason'][] = ['key-reused', 'not-taken', 'exceeds-taken', 'other-currency'];

function refused(answer: Answer): Refused {
  const { status, reason } = fieldsOf(answer);
  const known = reasons.find((each) => each === reason);
  if (answer.code !== 422 || status !== 'refused' || known === undefined) throw invalidAnswer(answer);
  return { status: 'refused', reason: known };
}

export function readTaken(answer: Answer, { key, amount }: TakeRequest): TakeResult {
  if (isAnswer(answer, 201, 'taken', key)) return taken(answer, amount);
  if (isAnswer(answer, 402, 'declined', key)) return declined(answer);
  if (isAnswer(answer, 409, 'voided', key)) return { status: 'voided' };
  return refused(answer);
}

export function readRefunded(answer: Answer, { key, amount }: RefundRequest): RefundResult {
  return isAnswer(answer, 201, 'refunded', key) ? refunded(answer, amount) : refused(answer);
}

export function readFound(answer: Answer, key: string): Found {
  if (isAnswer(answer, 200, 'taken', key)) return taken(answer);
  if (isAnswer(answer, 200, 'declined', key)) return declined(answer);
  if (isAnswer(answer, 200, 'refunded', key)) return refunded(answer);
  if (isAnswer(answer, 200, 'voided', key)) return { status: 'voided' };
  // A 404 without this body may come from a wrong address: it must not count as "nothing happened".
  if (isAnswer(answer, 404, 'absent', key)) return { status: 'absent' };
  throw invalidAnswer(answer);
}

export function readVoided(answer: Answer, key: string): VoidResult {
  if (isAnswer(answer, 200, 'voided', key)) return { status: 'voided' };
  if (isAnswer(answer, 409, 'taken', key)) return taken(answer);
  if (answer.code === 422 && refused(answer).reason === 'key-reused')
    throw new ProviderMisused(`the provider can't ${answer.to}: the key is not that of a take`);
  throw invalidAnswer(answer);
}
