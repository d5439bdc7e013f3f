import { describe, expect, it } from '@jest/globals';
import { orderId, productId, type OrderId, type ProductId } from '@tradewind/kernel';
import fc from 'fast-check';
import { rebuild, shelvesAfter, type CatalogueEvent } from './rebuild.js';
import { OutOfStory, release, reserve, sell, takeBack, type Line, type Reservation } from './reservation.js';
import { adjust, openShelf, type Shelf } from './shelf.js';
import { turnOf, type StockEvent } from './stock-event.js';

const products = ['a', 'b', 'c'].map((digit) => productId(`01991234-5678-7000-8000-00000000000${digit}`));
const orders = ['1', '2', '3', '4'].map((digit) => orderId(`01991234-5678-7000-8000-00000000000${digit}`));

type Wish =
  | { readonly ask: 'reserve'; readonly orderId: OrderId; readonly lines: readonly Line[] }
  | { readonly ask: 'release' | 'sell' | 'take-back'; readonly orderId: OrderId }
  | { readonly ask: 'adjust'; readonly productId: ProductId; readonly delta: number };

const anOrder = fc.constantFrom(...orders);
const aProduct = fc.constantFrom(...products);
const aLine = fc.record({ productId: aProduct, quantity: fc.integer({ min: 1, max: 6 }) });
const aWish: fc.Arbitrary<Wish> = fc.oneof(
  fc.record({
    ask: fc.constant('reserve' as const),
    orderId: anOrder,
    lines: fc.array(aLine, { minLength: 1, maxLength: 5 }),
  }),
  fc.record({ ask: fc.constantFrom('release' as const, 'sell' as const, 'take-back' as const), orderId: anOrder }),
  fc.record({ ask: fc.constant('adjust' as const), productId: aProduct, delta: fc.integer({ min: -8, max: 8 }) }),
);

/** The service with its rows in memory; everything that it says is kept. */
class Warehouse {
  readonly shelves = new Map<ProductId, Shelf>(products.map((product) => [product, openShelf(product, 10)]));
  readonly reservations = new Map<OrderId, Reservation>();
  readonly catalogue: CatalogueEvent[];
  readonly said: StockEvent[] = [];
  outOfStory = 0;
  #minute = 0;

  constructor() {
    this.catalogue = products.map((product) => ({
      what: 'added',
      product: {
        productId: product,
        sku: product,
        name: 'Mug',
        price: { amount: 1, currency: 'GBP' },
        addedAt: new Date(0),
      },
      stock: 10,
    }));
  }

  hear(wish: Wish): void {
    if (wish.ask === 'adjust') return this.#adjust(wish.productId, wish.delta);
    try {
      const event = this.#decide(wish, new Date(this.#minute++ * 60_000));
      const turn = turnOf(this.reservations.get(wish.orderId), event);
      this.said.push(event);
      if (!turn) return;
      this.reservations.set(wish.orderId, turn.reservation);
      for (const shelf of shelvesAfter(turn, (product) => this.shelves.get(product)!))
        this.shelves.set(shelf.productId, shelf);
    } catch (error) {
      if (!(error instanceof OutOfStory)) throw error;
      this.outOfStory++;
    }
  }

  #decide(wish: Exclude<Wish, { ask: 'adjust' }>, now: Date): StockEvent {
    const current = this.reservations.get(wish.orderId);
    switch (wish.ask) {
      case 'reserve':
        return reserve(wish.orderId, wish.lines, current, this.shelves, now);
      case 'release':
        return release(wish.orderId, current, now);
      case 'sell':
        return sell(wish.orderId, current, now);
      case 'take-back':
        return takeBack(wish.orderId, current, now);
    }
  }

  #adjust(productId: ProductId, delta: number): void {
    const shelf = adjust(this.shelves.get(productId)!, delta);
    if ('refused' in shelf) return;
    this.shelves.set(productId, shelf);
    this.catalogue.push({ what: 'adjusted', productId, delta });
  }
}

/** Pieces a product in the lines of the reservations that are in this state. */
const piecesIn = (warehouse: Warehouse, status: Reservation['status'], product: ProductId): number =>
  [...warehouse.reservations.values()]
    .flatMap((reservation) => (reservation.status === status && 'lines' in reservation ? reservation.lines : []))
    .filter((line) => line.productId === product)
    .reduce((sum, line) => sum + line.quantity, 0);

const expectBalanced = (warehouse: Warehouse): void => {
  for (const shelf of warehouse.shelves.values()) {
    expect(shelf.available + shelf.reserved + shelf.sold).toBe(shelf.initial + shelf.adjusted);
    expect(Math.min(shelf.available, shelf.reserved, shelf.sold)).toBeGreaterThanOrEqual(0);
    expect(shelf.reserved).toBe(piecesIn(warehouse, 'reserved', shelf.productId));
    expect(shelf.sold).toBe(piecesIn(warehouse, 'sold', shelf.productId));
  }
};

describe('any commands in any order, early ones, late ones and repeated ones among them', () => {
  it('lose no piece, make none, and promise none twice', () =>
    fc.assert(
      fc.property(fc.array(aWish, { maxLength: 60 }), (wishes) => {
        const warehouse = new Warehouse();
        for (const wish of wishes) {
          warehouse.hear(wish);
          expectBalanced(warehouse);
        }
      }),
    ));

  it('have the same effect when each is heard twice', () =>
    fc.assert(
      fc.property(
        fc.array(
          aWish.filter(({ ask }) => ask !== 'adjust'),
          { maxLength: 40 },
        ),
        (wishes) => {
          const once = new Warehouse();
          const twice = new Warehouse();
          for (const wish of wishes) {
            once.hear(wish);
            twice.hear(wish);
            twice.hear(wish);
          }
          expect(twice.shelves).toEqual(once.shelves);
          expect([...twice.reservations.values()].map(({ status }) => status)).toEqual(
            [...once.reservations.values()].map(({ status }) => status),
          );
        },
      ),
    ));

  it('can be told from the events alone', () =>
    fc.assert(
      fc.property(fc.array(aWish, { maxLength: 60 }), (wishes) => {
        const warehouse = new Warehouse();
        for (const wish of wishes) warehouse.hear(wish);
        const rows = rebuild(warehouse.catalogue, warehouse.said);
        expect(rows.shelves).toEqual(warehouse.shelves);
        expect(rows.reservations).toEqual(warehouse.reservations);
      }),
    ));
});

describe('events of different orders that come in another order', () => {
  it('give the same rows', () =>
    fc.assert(
      fc.property(fc.array(aWish, { maxLength: 60 }), (wishes) => {
        const warehouse = new Warehouse();
        for (const wish of wishes) warehouse.hear(wish);
        const byOrder = orders.flatMap((order) => warehouse.said.filter((event) => event.orderId === order));
        expect(rebuild(warehouse.catalogue, byOrder).shelves).toEqual(warehouse.shelves);
      }),
    ));
});

describe('an event about a product that was never added', () => {
  it('is named', () =>
    expect(() => rebuild([{ what: 'adjusted', productId: products[0]!, delta: 1 }], [])).toThrow(/never added/));
});

describe('a product that was changed', () => {
  const added = new Warehouse().catalogue[0]!;
  it('has its last name and price', () => {
    const price = { amount: 250, currency: 'GBP' };
    const changes = [{ name: 'Cup' }, { price }].map((change): CatalogueEvent => ({
      what: 'changed',
      productId: products[0]!,
      change,
    }));
    expect(rebuild([added, ...changes], []).products.get(products[0]!)).toMatchObject({ name: 'Cup', price });
  });
});
