import { describe, expect, it } from '@jest/globals';
import { orderId, productId } from '@tradewind/kernel';
import { OutOfStory, release, reserve, sell, takeBack, type Reservation } from './reservation.js';
import { openShelf } from './shelf.js';
import { turnOf, type StockEvent } from './stock-event.js';

const order = orderId('01991234-5678-7000-8000-000000000001');
const mug = productId('01991234-5678-7000-8000-00000000000a');
const cup = productId('01991234-5678-7000-8000-00000000000b');
const monday = new Date('2026-03-02T10:00:00Z');
const tuesday = new Date('2026-03-03T10:00:00Z');
const line = (product: typeof mug, quantity: number) => ({ productId: product, quantity });
const lines = [line(mug, 2), line(cup, 1)];
const shelves = new Map([mug, cup].map((product) => [product, openShelf(product, 3)]));
const after = (current: Reservation | undefined, event: StockEvent): Reservation =>
  turnOf(current, event)?.reservation ?? current!;

const reserved = after(undefined, reserve(order, lines, undefined, shelves, monday));
const refused = after(undefined, reserve(order, [line(mug, 4)], undefined, shelves, monday));
const releasedEarly = after(undefined, release(order, undefined, monday));
const released = after(reserved, release(order, reserved, monday));
const sold = after(reserved, sell(order, reserved, monday));
const takenBack = after(sold, takeBack(order, sold, monday));

describe('an order whose goods are all there', () => {
  it('has every line set aside', () =>
    expect(reserve(order, lines, undefined, shelves, monday)).toEqual({
      what: 'reserved',
      orderId: order,
      lines,
      at: monday,
    }));
});

describe('an order of which one line is not there', () => {
  const event = reserve(order, [line(mug, 1), line(cup, 4)], undefined, shelves, monday);
  it('has nothing set aside, and the line is named', () =>
    expect(event).toEqual({
      what: 'refused',
      orderId: order,
      reason: 'out-of-stock',
      shortages: [{ ...line(cup, 4), available: 3 }],
      at: monday,
    }));
  it('moves no pieces', () => expect(turnOf(undefined, event)?.way).toBeUndefined());
});

describe('an order with several lines of one product', () => {
  it('is refused when they are too many together', () =>
    expect(reserve(order, [line(mug, 2), line(mug, 2)], undefined, shelves, monday)).toMatchObject({
      what: 'refused',
      shortages: [
        { quantity: 2, available: 3 },
        { quantity: 2, available: 3 },
      ],
    }));
});

describe('an order for a product that nobody knows', () => {
  it('is refused, with none available', () =>
    expect(reserve(order, [line(mug, 1)], undefined, new Map(), monday)).toMatchObject({
      what: 'refused',
      shortages: [{ available: 0 }],
    }));
});

describe('a command that is repeated', () => {
  it.each([
    ['reserve', reserved, reserve(order, lines, reserved, shelves, tuesday), { what: 'reserved', lines, at: monday }],
    [
      'reserve, after the sale',
      sold,
      reserve(order, lines, sold, shelves, tuesday),
      { what: 'reserved', lines, at: monday },
    ],
    [
      'reserve, refused',
      refused,
      reserve(order, lines, refused, shelves, tuesday),
      { what: 'refused', reason: 'out-of-stock', at: monday },
    ],
    ['release', released, release(order, released, tuesday), { what: 'released', lines, at: monday }],
    ['sell', sold, sell(order, sold, tuesday), { what: 'sold', lines, at: monday }],
    [
      'sell, after the goods came back',
      takenBack,
      sell(order, takenBack, tuesday),
      { what: 'sold', lines, at: monday },
    ],
    ['take back', takenBack, takeBack(order, takenBack, tuesday), { what: 'taken-back', lines, at: monday }],
  ])('%s: answers the same and changes nothing', (_, current, event, answer) => {
    expect(event).toMatchObject(answer);
    expect(turnOf(current, event)).toBeUndefined();
  });
});

describe('an undo that comes before what it undoes', () => {
  it('leaves a release without lines', () =>
    expect(releasedEarly).toEqual({ status: 'released', orderId: order, lines: [], releasedAt: monday }));
  it('makes the late reserve do nothing', () => {
    const late = reserve(order, lines, releasedEarly, shelves, tuesday);
    expect(late).toMatchObject({ what: 'refused', reason: 'released' });
    expect(turnOf(releasedEarly, late)).toBeUndefined();
  });
  it('takes goods back that are not sold yet, and the late sale moves nothing', () => {
    const early = after(reserved, takeBack(order, reserved, monday));
    const late = sell(order, early, tuesday);
    expect(late).toMatchObject({ what: 'sold', lines });
    expect(turnOf(early, late)).toEqual({ reservation: { ...early, soldAt: tuesday }, lines: [] });
    expect(turnOf(after(early, late), sell(order, after(early, late), monday))).toBeUndefined();
  });
});

describe('a release of what was refused', () => {
  it('gives nothing back', () =>
    expect(release(order, refused, tuesday)).toEqual({ what: 'released', orderId: order, lines: [], at: tuesday }));
});

describe('a command that no story leads to', () => {
  it.each([
    ['a sale of nothing', () => sell(order, undefined, monday)],
    ['a sale of what was refused', () => sell(order, refused, monday)],
    ['a sale after the release', () => sell(order, released, monday)],
    ['a release after the sale', () => release(order, sold, monday)],
    ['a release of what came back', () => release(order, takenBack, monday)],
    ['taking back what was released', () => takeBack(order, released, monday)],
  ])('%s is out of story', (_, act) => expect(act).toThrow(OutOfStory));
});
