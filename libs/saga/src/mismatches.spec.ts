import { describe, expect, it } from '@jest/globals';
import { advance } from './advance.js';
import { mismatchesOf } from './mismatches.js';
import { message } from './outgoing-message.js';
import { defineSaga } from './saga.js';
import type { SagaState } from './state.js';

class Pay {}
class Paid {
  constructor(readonly amount = 0) {}
}
class NotPaid {}
class PayBack {}
class PaidBack {
  constructor(readonly amount = 0) {}
}
interface Trip {
  readonly id: string;
  readonly price: number;
}

const saga = defineSaga<Trip>(
  'trip',
  { name: 'trips', keyOf: ({ id }) => id },
  {
    steps: [
      {
        name: 'pay',
        command: () => message(Pay, {}),
        success: Paid,
        failure: NotPaid,
        failureReason: () => 'not paid',
        compensation: () => message(PayBack, {}),
        compensated: PaidBack,
        mismatches: ({ price }, reply) =>
          reply instanceof NotPaid || (reply as Paid).amount === price ? [] : [`it is not about ${price}`],
        timeout: '1m',
      },
    ],
    onFailed: (subject) => ({ subject, messages: [] }),
  },
);

const trip: Trip = { id: 'a', price: 5 };
const now = new Date('2030-01-01T00:00:00.000Z');
const started = advance(saga, undefined, trip, { kind: 'start' }, now).state;
const after = (state: SagaState, reply: object) =>
  advance(saga, state, trip, { kind: 'reply', message: reply }, now).state;
const cancelled = advance(saga, started, trip, { kind: 'cancel' }, now).state;

describe('a reply', () => {
  it.each([
    ['says what was asked for', started, new Paid(5), []],
    ['is about another amount', started, new Paid(1), ['it is not about 5']],
    ['is a failure', started, new NotPaid(), []],
    ['is to the compensation, and about another amount', cancelled, new PaidBack(1), ['it is not about 5']],
    ['is late', cancelled, new Paid(1), []],
    ['is to a compensation that was not asked for', started, new PaidBack(1), []],
    ['comes after the end', after(started, new Paid(5)), new Paid(1), []],
  ])('that %s', (_, state, reply, expected) => expect(mismatchesOf(saga, state, trip, reply)).toEqual(expected));
});
