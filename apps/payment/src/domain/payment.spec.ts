import { describe, expect, it } from '@jest/globals';
import { money, orderId, paymentId, userId } from '@tradewind/kernel';
import { giveBack, grant, moreThanHeld, notTaken, settleGiveBack, settleGoodwill } from './give-back.js';
import type { Posting } from './ledger.js';
import type { Payment } from './payment.js';
import { turnOf, type PaymentEvent } from './payment-event.js';
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
const ask = { orderId: order, userId: buyer, amount: pounds(20), method: 'sim_ok' };
const taken = { status: 'taken', reference: 'r1', amount: pounds(20) } as const;

/** A payment, its refund and its ledger after events. */
const after = (events: readonly PaymentEvent[], payment?: Payment, refund?: Refund) => {
  const postings: Posting[] = [];
  for (const event of events) {
    const turn = turnOf(payment, refund, event);
    if (!turn) continue;
    ({ payment, refund = refund } = turn);
    postings.push(...turn.postings);
  }
  return { payment: payment!, refund: refund!, postings };
};
const words = (events: readonly PaymentEvent[]) => events.map(({ what }) => what);

const requested = after(take(ask, undefined, monday, newId)).payment;
const held = after(settleTake(requested, taken, monday), requested).payment;
const declined = after(
  settleTake(requested, { status: 'declined', reason: 'card-declined' }, monday),
  requested,
).payment;
const undoneEarly = after(giveBack(order, undefined, monday, newId)).payment;
const unsure = after(giveBack(order, requested, monday, newId), requested).payment;
const givingBack = after(giveBack(order, held, monday, newId), held).payment;
const voided = after(settleGiveBack(unsure, { take: { status: 'voided' }, given: pounds(0) }, monday), unsure).payment;
const refunded = after(settleGiveBack(givingBack, { given: pounds(20) }, monday), givingBack).payment;

describe('an order whose money is wanted', () => {
  it('has its payment started once', () => {
    expect(words(take(ask, undefined, monday, newId))).toEqual(['started']);
    expect(take(ask, requested, tuesday, otherId)).toEqual([]);
  });
  it('is paid when the provider has taken the money', () =>
    expect(held).toMatchObject({ status: 'taken', captured: pounds(20), refunded: pounds(0), takenAt: monday }));
  it('is not paid by another sum', () =>
    expect(settleTake(requested, { ...taken, amount: pounds(19) }, monday)).toEqual([]));
  it('is told of a key that was closed as of a decline', () =>
    expect(settleTake(requested, { status: 'voided' }, monday)).toMatchObject([
      { what: 'declined', reason: 'voided' },
    ]));
});

describe.each([
  ['taken', held, { what: 'taken', amount: pounds(20), reference: 'r1', at: monday }],
  ['declined', declined, { what: 'declined', reason: 'card-declined', at: monday }],
  ['refunded', refunded, { what: 'declined', reason: 'cancelled', at: monday }],
  ['undone before it came', undoneEarly, { what: 'declined', reason: 'cancelled', at: monday }],
  ['void', voided, { what: 'declined', reason: 'cancelled', at: monday }],
  ['being given back', givingBack, { what: 'declined', reason: 'cancelled', at: monday }],
] as const)('a take that is asked for again when it is %s', (_, payment, answer) => {
  const said = take(ask, payment, tuesday, otherId);
  it('is answered the same, now and later', () =>
    expect(said).toEqual([{ orderId: order, paymentId: newId(), ...answer }]));
  it('changes nothing', () => expect(turnOf(payment, undefined, said[0]!)).toBeUndefined());
});

describe('an undo that comes before its take', () => {
  it('is answered at once: nothing is held', () =>
    expect(giveBack(order, undefined, monday, newId)).toMatchObject([{ what: 'refunded', amount: pounds(0) }]));
  it('leaves a payment that nothing can be taken for', () =>
    expect(undoneEarly).toEqual({ status: 'void', orderId: order, paymentId: newId(), voidedAt: monday }));
});

describe('an undo of a take that nobody knows the end of', () => {
  it('waits', () => expect(unsure.status).toBe('refunding'));
  it('ends in nothing when the key could be closed', () => expect(voided.status).toBe('void'));
  it('keeps a late capture and gives it back', () => {
    const events = settleGiveBack(unsure, { take: taken, given: pounds(20) }, tuesday);
    expect(words(events)).toEqual(['taken', 'refunded']);
    expect(after(events, unsure).payment).toMatchObject({
      status: 'refunded',
      captured: pounds(20),
      refunded: pounds(20),
    });
  });
  it('counts a capture once that the take itself has told meanwhile', () => {
    const told = after(settleTake(unsure, taken, monday), unsure).payment;
    expect(told).toMatchObject({ status: 'refunding', captured: pounds(20) });
    expect(words(settleGiveBack(told, { take: taken, given: pounds(20) }, tuesday))).toEqual(['refunded']);
  });
  it('does not mind a decline that comes late', () =>
    expect(settleTake(unsure, { status: 'declined', reason: 'card-declined' }, tuesday)).toEqual([]));
});

describe('an undo that is asked for again', () => {
  it('waits for the answer that is on its way', () =>
    expect(giveBack(order, givingBack, tuesday, otherId)).toEqual([]));
  it.each([
    ['refunded', refunded, pounds(20)],
    ['void', voided, pounds(0)],
    ['declined', declined, pounds(0)],
    ['undone early', undoneEarly, pounds(0)],
  ] as const)('is answered the same when the payment is %s', (_, payment, amount) => {
    const said = giveBack(order, payment, tuesday, otherId);
    expect(said).toEqual([{ what: 'refunded', orderId: order, paymentId: newId(), amount, at: monday }]);
    expect(turnOf(payment, undefined, said[0]!)).toBeUndefined();
  });
  it('has its effect once', () => expect(settleGiveBack(refunded, { given: pounds(20) }, tuesday)).toEqual([]));
});

describe('an undo that gave back another sum than was held', () => {
  it('is not written down as one', () =>
    expect(() => settleGiveBack(givingBack, { given: pounds(19) }, tuesday)).toThrow(
      /1900 was given back, but 2000 was held/,
    ));
});

describe('a refund out of goodwill', () => {
  const wish = (amount: number) => ({ amount: pounds(amount), reason: 'a broken cup', grantedBy: admin });
  const granted = (amount: number, payment: Payment = held) =>
    grant(wish(amount), payment, refundId, monday) as PaymentEvent;
  const promised = after([granted(15)], held);
  const given = after(settleGoodwill(promised.refund, 'r2', tuesday), promised.payment, promised.refund);

  it('is promised, then given', () => {
    expect(promised.payment).toMatchObject({ status: 'taken', refunded: pounds(0), goodwillPending: pounds(15) });
    expect(given.payment).toMatchObject({
      status: 'taken',
      refunded: pounds(15),
      goodwill: pounds(15),
      goodwillPending: pounds(0),
    });
    expect(given.refund).toMatchObject({ status: 'given', reference: 'r2', givenAt: tuesday });
  });
  it('may take all that is left, and no penny more', () => {
    expect(granted(20)).toMatchObject({ what: 'goodwill-started' });
    expect(granted(21)).toBe(moreThanHeld);
    expect(granted(6, promised.payment)).toBe(moreThanHeld);
    expect(granted(6, given.payment)).toBe(moreThanHeld);
    expect(granted(5, given.payment)).toMatchObject({ what: 'goodwill-started' });
  });
  it.each([
    ['requested', requested],
    ['declined', declined],
    ['refunding', givingBack],
    ['refunded', refunded],
    ['void', voided],
  ] as const)('is refused of a payment that is %s', (_, payment) => expect(granted(1, payment)).toBe(notTaken));
  it('promises nothing any more when the provider refuses it', () => {
    const failed = after(settleGoodwill(promised.refund, undefined, tuesday), promised.payment, promised.refund);
    expect(failed.payment).toEqual(held);
    expect(failed.refund.status).toBe('failed');
  });
  it('is settled once', () => expect(settleGoodwill(given.refund, 'r2', tuesday)).toEqual([]));
  it('leaves the rest to a full refund', () => {
    const back = after(giveBack(order, given.payment, tuesday, newId), given.payment).payment;
    const end = after(settleGiveBack(back, { given: pounds(5) }, tuesday), back);
    expect(end.payment).toMatchObject({ status: 'refunded', refunded: pounds(20), goodwill: pounds(15) });
    expect(giveBack(order, end.payment, tuesday, newId)).toMatchObject([{ amount: pounds(5) }]);
  });
});

describe('the ledger', () => {
  const lines = (postings: readonly Posting[]) => postings.map(({ account, amount }) => [account, amount]);
  const wish = { amount: pounds(15), reason: 'a broken cup', grantedBy: admin };
  const promised = after([grant(wish, held, refundId, monday) as PaymentEvent], held);
  const given = after(settleGoodwill(promised.refund, 'r2', tuesday), promised.payment, promised.refund);

  it('owes the buyer what was taken', () =>
    expect(lines(after(settleTake(requested, taken, monday), requested).postings)).toEqual([
      ['provider:clearing', 2000],
      [`customer:${order}`, -2000],
    ]));
  it('bears goodwill as an expense', () =>
    expect(lines(given.postings)).toEqual([
      ['goodwill', 1500],
      ['provider:clearing', -1500],
    ]));
  it("closes the buyer's account when everything is given back, and the goodwill with it", () => {
    const back = after(giveBack(order, given.payment, tuesday, newId), given.payment).payment;
    expect(lines(after(settleGiveBack(back, { given: pounds(5) }, tuesday), back).postings)).toEqual([
      [`customer:${order}`, 2000],
      ['provider:clearing', -500],
      ['goodwill', -1500],
    ]);
  });
  it('names the operation at the provider', () =>
    expect(given.postings.map(({ operation }) => operation)).toEqual(Array(2).fill(`${order}:goodwill:${refundId}`)));
  it('has no line of nothing', () => {
    const free = after(take({ ...ask, amount: pounds(0) }, undefined, monday, newId)).payment;
    expect(after(settleTake(free, { ...taken, amount: pounds(0) }, monday), free)).toMatchObject({
      payment: { status: 'taken' },
      postings: [],
    });
  });
});
