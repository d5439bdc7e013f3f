import { describe, expect, it } from '@jest/globals';
import { orderId, paymentId, userId } from '@tradewind/contracts/ids';
import { money } from '@tradewind/kernel';
import { settleFullRefund, startFullRefund } from './full-refund.js';
import { grant, moreThanHeld, notTaken, settleGoodwill } from './goodwill.js';
import type { Posting } from './ledger.js';
import type { Payment } from './payment.js';
import { applyEvent, type PaymentEvent } from './payment-event.js';
import type { Refund } from './refund.js';
import { settleTake, take } from './take.js';

const order = orderId('01991234-5678-7000-8000-000000000001');
const buyer = userId('01991234-5678-7000-8000-00000000000b');
const admin = userId('01991234-5678-7000-8000-00000000000a');
const refundId = '01991234-5678-7000-8000-0000000000aa';
const newId = () => paymentId('01991234-5678-7000-8000-000000000002');
const otherId = () => paymentId('01991234-5678-7000-8000-000000000003');
const monday = new Date('2026-03-02T10:00:00Z');
const tuesday = new Date('2026-03-03T10:00:00Z');
const pounds = (amount: number) => money(amount * 100, 'GBP');
const command = { orderId: order, userId: buyer, amount: pounds(20), method: 'sim_ok' };
const taken = { status: 'taken', reference: 'r1', amount: pounds(20) } as const;

/** A payment, its refund and its postings after events. */
const after = (events: readonly PaymentEvent[], payment?: Payment, refund?: Refund) => {
  const postings: Posting[] = [];
  for (const event of events) {
    const change = applyEvent(payment, refund, event);
    if (!change) continue;
    ({ payment, refund = refund } = change);
    postings.push(...change.postings);
  }
  return { payment: payment!, refund: refund!, postings };
};
const eventTypes = (events: readonly PaymentEvent[]) => events.map(({ what }) => what);

const requested = after(take(command, undefined, monday, newId)).payment;
const held = after(settleTake(requested, taken, monday), requested).payment;
const declined = after(
  settleTake(requested, { status: 'declined', reason: 'card-declined' }, monday),
  requested,
).payment;
const refundedEarly = after(startFullRefund(order, undefined, monday, newId)).payment;
const undecided = after(startFullRefund(order, requested, monday, newId), requested).payment;
const refunding = after(startFullRefund(order, held, monday, newId), held).payment;
const voided = after(
  settleFullRefund(undecided, { take: { status: 'voided' }, refunded: pounds(0) }, monday),
  undecided,
).payment;
const refunded = after(settleFullRefund(refunding, { refunded: pounds(20) }, monday), refunding).payment;

describe('a take command', () => {
  it('starts the payment once', () => {
    expect(eventTypes(take(command, undefined, monday, newId))).toEqual(['started']);
    expect(take(command, requested, tuesday, otherId)).toEqual([]);
  });
  it('ends in a taken payment when the provider has taken the money', () =>
    expect(held).toMatchObject({ status: 'taken', captured: pounds(20), refunded: pounds(0), takenAt: monday }));
  it('is not completed by another amount', () =>
    expect(settleTake(requested, { ...taken, amount: pounds(19) }, monday)).toEqual([]));
  it('ends in a declined payment when its key was voided', () =>
    expect(settleTake(requested, { status: 'voided' }, monday)).toMatchObject([
      { what: 'declined', reason: 'voided' },
    ]));
});

describe.each([
  ['taken', held, { what: 'taken', amount: pounds(20), reference: 'r1', at: monday }],
  ['declined', declined, { what: 'declined', reason: 'card-declined', at: monday }],
  ['refunded', refunded, { what: 'declined', reason: 'cancelled', at: monday }],
  ['compensated before the take', refundedEarly, { what: 'declined', reason: 'cancelled', at: monday }],
  ['void', voided, { what: 'declined', reason: 'cancelled', at: monday }],
  ['being refunded', refunding, { what: 'declined', reason: 'cancelled', at: monday }],
] as const)('a repeated take command when the payment is %s', (_, payment, reply) => {
  const events = take(command, payment, tuesday, otherId);
  it('gets the same reply', () => expect(events).toEqual([{ orderId: order, paymentId: newId(), ...reply }]));
  it('changes nothing', () => expect(applyEvent(payment, undefined, events[0]!)).toBeUndefined());
});

describe('a full refund that arrives before its take', () => {
  it('gets a reply at once: nothing is held', () =>
    expect(startFullRefund(order, undefined, monday, newId)).toMatchObject([{ what: 'refunded', amount: pounds(0) }]));
  it('leaves a void payment, so that nothing is taken later', () =>
    expect(refundedEarly).toEqual({ status: 'void', orderId: order, paymentId: newId(), voidedAt: monday }));
});

describe('a full refund of a take without known outcome', () => {
  it('waits for the outcome', () => expect(undecided.status).toBe('refunding'));
  it('ends in a void payment when the key was voided', () => expect(voided.status).toBe('void'));
  it('records a late capture and refunds it', () => {
    const events = settleFullRefund(undecided, { take: taken, refunded: pounds(20) }, tuesday);
    expect(eventTypes(events)).toEqual(['taken', 'refunded']);
    expect(after(events, undecided).payment).toMatchObject({
      status: 'refunded',
      captured: pounds(20),
      refunded: pounds(20),
    });
  });
  it('records a capture once when the take effect has already reported it', () => {
    const captured = after(settleTake(undecided, taken, monday), undecided).payment;
    expect(captured).toMatchObject({ status: 'refunding', captured: pounds(20) });
    expect(eventTypes(settleFullRefund(captured, { take: taken, refunded: pounds(20) }, tuesday))).toEqual([
      'refunded',
    ]);
  });
  it('ignores a late decline', () =>
    expect(settleTake(undecided, { status: 'declined', reason: 'card-declined' }, tuesday)).toEqual([]));
});

describe('a repeated full refund', () => {
  it('waits for the pending result', () => expect(startFullRefund(order, refunding, tuesday, otherId)).toEqual([]));
  it.each([
    ['refunded', refunded, pounds(20)],
    ['void', voided, pounds(0)],
    ['declined', declined, pounds(0)],
    ['compensated before the take', refundedEarly, pounds(0)],
  ] as const)('gets the same reply when the payment is %s', (_, payment, amount) => {
    const events = startFullRefund(order, payment, tuesday, otherId);
    expect(events).toEqual([{ what: 'refunded', orderId: order, paymentId: newId(), amount, at: monday }]);
    expect(applyEvent(payment, undefined, events[0]!)).toBeUndefined();
  });
  it('takes effect once', () => expect(settleFullRefund(refunded, { refunded: pounds(20) }, tuesday)).toEqual([]));
});

describe('a full refund of another amount than was held', () => {
  it('throws', () =>
    expect(() => settleFullRefund(refunding, { refunded: pounds(19) }, tuesday)).toThrow(
      /1900 was refunded, but 2000 was held/,
    ));
});

describe('a refund out of goodwill', () => {
  const request = (amount: number) => ({ amount: pounds(amount), reason: 'damaged' as const, grantedBy: admin });
  const granting = (amount: number, payment: Payment = held) =>
    grant(request(amount), payment, refundId, monday) as PaymentEvent;
  const granted = after([granting(15)], held);
  const settled = after(settleGoodwill(granted.refund, 'r2', tuesday), granted.payment, granted.refund);

  it('is granted, then refunded', () => {
    expect(granted.payment).toMatchObject({ status: 'taken', refunded: pounds(0), goodwillPending: pounds(15) });
    expect(settled.payment).toMatchObject({
      status: 'taken',
      refunded: pounds(15),
      goodwill: pounds(15),
      goodwillPending: pounds(0),
    });
    expect(settled.refund).toMatchObject({ status: 'given', reference: 'r2', givenAt: tuesday });
  });
  it('may be up to the amount that is left', () => {
    expect(granting(20)).toMatchObject({ what: 'goodwill-started' });
    expect(granting(21)).toBe(moreThanHeld);
    expect(granting(6, granted.payment)).toBe(moreThanHeld);
    expect(granting(6, settled.payment)).toBe(moreThanHeld);
    expect(granting(5, settled.payment)).toMatchObject({ what: 'goodwill-started' });
  });
  it.each([
    ['requested', requested],
    ['declined', declined],
    ['refunding', refunding],
    ['refunded', refunded],
    ['void', voided],
  ] as const)('is rejected for a payment that is %s', (_, payment) => expect(granting(1, payment)).toBe(notTaken));
  it('frees the granted amount when the provider refuses it', () => {
    const failed = after(settleGoodwill(granted.refund, undefined, tuesday), granted.payment, granted.refund);
    expect(failed.payment).toEqual(held);
    expect(failed.refund.status).toBe('failed');
  });
  it('is settled once', () => expect(settleGoodwill(settled.refund, 'r2', tuesday)).toEqual([]));
  it('reduces a later full refund', () => {
    const refunding = after(startFullRefund(order, settled.payment, tuesday, newId), settled.payment).payment;
    const end = after(settleFullRefund(refunding, { refunded: pounds(5) }, tuesday), refunding);
    expect(end.payment).toMatchObject({ status: 'refunded', refunded: pounds(20), goodwill: pounds(15) });
    expect(startFullRefund(order, end.payment, tuesday, newId)).toMatchObject([{ amount: pounds(5) }]);
  });
});

describe('the ledger', () => {
  const lines = (postings: readonly Posting[]) => postings.map(({ account, amount }) => [account, amount]);
  const request = { amount: pounds(15), reason: 'damaged' as const, grantedBy: admin };
  const granted = after([grant(request, held, refundId, monday) as PaymentEvent], held);
  const settled = after(settleGoodwill(granted.refund, 'r2', tuesday), granted.payment, granted.refund);

  it('credits the buyer with what was taken', () =>
    expect(lines(after(settleTake(requested, taken, monday), requested).postings)).toEqual([
      ['provider:clearing', 2000],
      [`customer:${order}`, -2000],
    ]));
  it('books goodwill as an expense', () =>
    expect(lines(settled.postings)).toEqual([
      ['goodwill', 1500],
      ['provider:clearing', -1500],
    ]));
  it("closes the buyer's account and the goodwill after a full refund", () => {
    const refunding = after(startFullRefund(order, settled.payment, tuesday, newId), settled.payment).payment;
    expect(lines(after(settleFullRefund(refunding, { refunded: pounds(5) }, tuesday), refunding).postings)).toEqual([
      [`customer:${order}`, 2000],
      ['provider:clearing', -500],
      ['goodwill', -1500],
    ]);
  });
  it('has the key of the provider operation', () =>
    expect(settled.postings.map(({ operation }) => operation)).toEqual(Array(2).fill(`${order}:goodwill:${refundId}`)));
  it('has no lines with amount 0', () => {
    const free = after(take({ ...command, amount: pounds(0) }, undefined, monday, newId)).payment;
    expect(after(settleTake(free, { ...taken, amount: pounds(0) }, monday), free)).toMatchObject({
      payment: { status: 'taken' },
      postings: [],
    });
  });
});
