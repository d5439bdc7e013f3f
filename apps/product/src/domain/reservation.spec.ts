import { describe, expect, it } from '@jest/globals';
import { orderId, productId } from '@tradewind/contracts/ids';
import { InvalidTransition, release, reserve, sell, takeBack, type Reservation } from './reservation.js';
import { newStockLevel } from './stock-level.js';
import { applyEvent } from './apply-stock-event.js';
import type { StockEvent } from './stock-event.js';

const order = orderId('01991234-5678-7000-8000-000000000001');
const mug = productId('01991234-5678-7000-8000-00000000000a');
const cup = productId('01991234-5678-7000-8000-00000000000b');
const monday = new Date('2026-03-02T10:00:00Z');
const tuesday = new Date('2026-03-03T10:00:00Z');
const line = (product: typeof mug, quantity: number) => ({ productId: product, quantity });
const lines = [line(mug, 2), line(cup, 1)];
const stockLevels = new Map([mug, cup].map((product) => [product, newStockLevel(product, 3)]));
const after = (current: Reservation | undefined, event: StockEvent): Reservation =>
  applyEvent(current, event)?.reservation ?? current!;

const reserved = after(undefined, reserve(order, lines, undefined, stockLevels, monday));
const refused = after(undefined, reserve(order, [line(mug, 4)], undefined, stockLevels, monday));
const releasedEarly = after(undefined, release(order, undefined, monday));
const released = after(reserved, release(order, reserved, monday));
const sold = after(reserved, sell(order, reserved, monday));
const takenBack = after(sold, takeBack(order, sold, monday));

describe('an order whose lines are all available', () => {
  it('has every line reserved', () =>
    expect(reserve(order, lines, undefined, stockLevels, monday)).toEqual({
      what: 'reserved',
      orderId: order,
      lines,
      at: monday,
    }));
});

describe('an order with one line out of stock', () => {
  const event = reserve(order, [line(mug, 1), line(cup, 4)], undefined, stockLevels, monday);
  it('has nothing reserved, and the line is named', () =>
    expect(event).toEqual({
      what: 'refused',
      orderId: order,
      reason: 'out-of-stock',
      shortages: [{ ...line(cup, 4), available: 3 }],
      at: monday,
    }));
  it('moves no pieces', () => expect(applyEvent(undefined, event)?.move).toBeUndefined());
});

describe('an order with several lines of one product', () => {
  it('is refused if their total is out of stock', () =>
    expect(reserve(order, [line(mug, 2), line(mug, 2)], undefined, stockLevels, monday)).toMatchObject({
      what: 'refused',
      shortages: [
        { quantity: 2, available: 3 },
        { quantity: 2, available: 3 },
      ],
    }));
});

describe('an order for an unknown product', () => {
  it('is refused with 0 available', () =>
    expect(reserve(order, [line(mug, 1)], undefined, new Map(), monday)).toMatchObject({
      what: 'refused',
      shortages: [{ available: 0 }],
    }));
});

describe('a command that is repeated', () => {
  it.each([
    [
      'reserve',
      reserved,
      reserve(order, lines, reserved, stockLevels, tuesday),
      { what: 'reserved', lines, at: monday },
    ],
    [
      'reserve, after the sale',
      sold,
      reserve(order, lines, sold, stockLevels, tuesday),
      { what: 'reserved', lines, at: monday },
    ],
    [
      'reserve, refused',
      refused,
      reserve(order, lines, refused, stockLevels, tuesday),
      { what: 'refused', reason: 'out-of-stock', at: monday },
    ],
    ['release', released, release(order, released, tuesday), { what: 'released', lines, at: monday }],
    ['sell', sold, sell(order, sold, tuesday), { what: 'sold', lines, at: monday }],
    ['sell, after the take back', takenBack, sell(order, takenBack, tuesday), { what: 'sold', lines, at: monday }],
    ['take back', takenBack, takeBack(order, takenBack, tuesday), { what: 'taken-back', lines, at: monday }],
  ])('%s: gets the same reply and changes nothing', (_, current, event, answer) => {
    expect(event).toMatchObject(answer);
    expect(applyEvent(current, event)).toBeUndefined();
  });
});

describe('a compensation that arrives before its command', () => {
  it('leaves a released reservation without lines', () =>
    expect(releasedEarly).toEqual({ status: 'released', orderId: order, lines: [], releasedAt: monday }));
  it('makes the late reserve command do nothing', () => {
    const late = reserve(order, lines, releasedEarly, stockLevels, tuesday);
    expect(late).toMatchObject({ what: 'refused', reason: 'released' });
    expect(applyEvent(releasedEarly, late)).toBeUndefined();
  });
  it('takes back stock that is not sold yet, and the late sale moves nothing', () => {
    const early = after(reserved, takeBack(order, reserved, monday));
    const late = sell(order, early, tuesday);
    expect(late).toMatchObject({ what: 'sold', lines });
    expect(applyEvent(early, late)).toEqual({ reservation: { ...early, soldAt: tuesday }, lines: [] });
    expect(applyEvent(after(early, late), sell(order, after(early, late), monday))).toBeUndefined();
  });
});

describe('a release after a refusal', () => {
  it('releases nothing', () =>
    expect(release(order, refused, tuesday)).toEqual({ what: 'released', orderId: order, lines: [], at: tuesday }));
});

describe('a command that the state does not allow', () => {
  it.each([
    ['a sale without a reservation', () => sell(order, undefined, monday)],
    ['a sale after a refusal', () => sell(order, refused, monday)],
    ['a sale after a release', () => sell(order, released, monday)],
    ['a release after a sale', () => release(order, sold, monday)],
    ['a release after a take back', () => release(order, takenBack, monday)],
    ['a take back after a release', () => takeBack(order, released, monday)],
  ])('%s throws', (_, decide) => expect(decide).toThrow(InvalidTransition));
});
