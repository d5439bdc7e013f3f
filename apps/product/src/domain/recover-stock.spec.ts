import { describe, expect, it } from '@jest/globals';
import { orderId, productId, type OrderId, type ProductId } from '@tradewind/contracts/ids';
import fc from 'fast-check';
import { recoverRows, type CatalogueEvent } from './recover-stock.js';
import { InvalidTransition, release, reserve, sell, takeBack, type Reservation } from './reservation.js';
import { newProduct } from './product.js';
import { stockChange, stockChangesOf, type StockChange } from './stock-change.js';
import { adjust, newStockLevel, type StockLevel } from './stock-level.js';
import { applyEvent, stockLevelsAfter } from './apply-stock-event.js';
import type { Line, StockEvent } from './stock-event.js';

const products = ['a', 'b', 'c'].map((digit) => productId(`01991234-5678-7000-8000-00000000000${digit}`));
const orders = ['1', '2', '3', '4'].map((digit) => orderId(`01991234-5678-7000-8000-00000000000${digit}`));

type Command =
  | { readonly type: 'reserve'; readonly orderId: OrderId; readonly lines: readonly Line[] }
  | { readonly type: 'release' | 'sell' | 'take-back'; readonly orderId: OrderId }
  | { readonly type: 'adjust'; readonly productId: ProductId; readonly delta: number };

const anOrder = fc.constantFrom(...orders);
const aProduct = fc.constantFrom(...products);
const aLine = fc.record({ productId: aProduct, quantity: fc.integer({ min: 1, max: 6 }) });
const aCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    type: fc.constant('reserve' as const),
    orderId: anOrder,
    lines: fc.array(aLine, { minLength: 1, maxLength: 5 }),
  }),
  fc.record({ type: fc.constantFrom('release' as const, 'sell' as const, 'take-back' as const), orderId: anOrder }),
  fc.record({ type: fc.constant('adjust' as const), productId: aProduct, delta: fc.integer({ min: -8, max: 8 }) }),
);

/** The service with its rows in memory; records every event. */
class Warehouse {
  readonly stockLevels = new Map<ProductId, StockLevel>(
    products.map((product) => [product, newStockLevel(product, 10)]),
  );
  readonly reservations = new Map<OrderId, Reservation>();
  readonly catalogue: CatalogueEvent[];
  readonly events: StockEvent[] = [];
  /** The changes of the stock that can be ordered, in their order. */
  readonly changes: StockChange[] = [];
  invalidTransitions = 0;
  #minute = 0;

  constructor() {
    this.catalogue = products.map((product) => ({
      what: 'added',
      product: newProduct({
        productId: product,
        sku: product,
        name: 'Mug',
        price: { amount: 1, currency: 'GBP' },
        addedAt: new Date(0),
      }),
      stock: 10,
    }));
  }

  handle(command: Command): void {
    if (command.type === 'adjust') return this.#adjust(command.productId, command.delta);
    try {
      const event = this.#decide(command, new Date(this.#minute++ * 60_000));
      const change = applyEvent(this.reservations.get(command.orderId), event);
      this.events.push(event);
      if (!change) return;
      this.reservations.set(command.orderId, change.reservation);
      const levels = stockLevelsAfter(change, (product) => this.stockLevels.get(product)!);
      this.changes.push(
        ...stockChangesOf(
          event,
          levels.map((level) => [this.stockLevels.get(level.productId)!, level]),
        ),
      );
      for (const level of levels) this.stockLevels.set(level.productId, level);
    } catch (error) {
      if (!(error instanceof InvalidTransition)) throw error;
      this.invalidTransitions++;
    }
  }

  #decide(command: Exclude<Command, { type: 'adjust' }>, now: Date): StockEvent {
    const current = this.reservations.get(command.orderId);
    switch (command.type) {
      case 'reserve':
        return reserve(command.orderId, command.lines, current, this.stockLevels, now);
      case 'release':
        return release(command.orderId, current, now);
      case 'sell':
        return sell(command.orderId, current, now);
      case 'take-back':
        return takeBack(command.orderId, current, now);
    }
  }

  #adjust(productId: ProductId, delta: number): void {
    const before = this.stockLevels.get(productId)!;
    const level = adjust(before, delta);
    if ('rejected' in level) return;
    this.changes.push(stockChange(before, level, { cause: 'adjusted', reason: 'counted' }, new Date(0)));
    this.stockLevels.set(productId, level);
    this.catalogue.push({ what: 'adjusted', productId, delta });
  }
}

/** The pieces of a product in the lines of all reservations with this status. */
const piecesIn = (warehouse: Warehouse, status: Reservation['status'], product: ProductId): number =>
  [...warehouse.reservations.values()]
    .flatMap((reservation) => (reservation.status === status && 'lines' in reservation ? reservation.lines : []))
    .filter((line) => line.productId === product)
    .reduce((sum, line) => sum + line.quantity, 0);

const expectBalanced = (warehouse: Warehouse): void => {
  for (const level of warehouse.stockLevels.values()) {
    expect(level.available + level.reserved + level.sold).toBe(level.initial + level.adjusted);
    expect(Math.min(level.available, level.reserved, level.sold)).toBeGreaterThanOrEqual(0);
    const changes = warehouse.changes.filter(({ productId: product }) => product === level.productId);
    expect(changes.map(({ number }) => number)).toEqual(changes.map((_, index) => index + 2));
    expect(level.changes).toBe(changes.length + 1);
    expect(changes.reduce((sum, { delta }) => sum + delta, 10)).toBe(level.available);
    expect(changes.at(-1)?.available ?? 10).toBe(level.available);
    expect(level.reserved).toBe(piecesIn(warehouse, 'reserved', level.productId));
    expect(level.sold).toBe(piecesIn(warehouse, 'sold', level.productId));
  }
};

describe('any commands in any order: early, late and repeated', () => {
  it('lose no pieces, create none, and reserve none twice', () =>
    fc.assert(
      fc.property(fc.array(aCommand, { maxLength: 60 }), (commands) => {
        const warehouse = new Warehouse();
        for (const command of commands) {
          warehouse.handle(command);
          expectBalanced(warehouse);
        }
      }),
    ));

  it('have the same effect when each is handled twice', () =>
    fc.assert(
      fc.property(
        fc.array(
          aCommand.filter(({ type }) => type !== 'adjust'),
          { maxLength: 40 },
        ),
        (commands) => {
          const once = new Warehouse();
          const twice = new Warehouse();
          for (const command of commands) {
            once.handle(command);
            twice.handle(command);
            twice.handle(command);
          }
          expect(twice.stockLevels).toEqual(once.stockLevels);
          expect([...twice.reservations.values()].map(({ status }) => status)).toEqual(
            [...once.reservations.values()].map(({ status }) => status),
          );
        },
      ),
    ));

  it('can be recovered from the events alone', () =>
    fc.assert(
      fc.property(fc.array(aCommand, { maxLength: 60 }), (commands) => {
        const warehouse = new Warehouse();
        for (const command of commands) warehouse.handle(command);
        const rows = recoverRows(warehouse.catalogue, warehouse.events);
        expect(rows.stockLevels).toEqual(warehouse.stockLevels);
        expect(rows.reservations).toEqual(warehouse.reservations);
      }),
    ));
});

describe('events of different orders in another order', () => {
  it('give the same rows', () =>
    fc.assert(
      fc.property(fc.array(aCommand, { maxLength: 60 }), (commands) => {
        const warehouse = new Warehouse();
        for (const command of commands) warehouse.handle(command);
        const byOrder = orders.flatMap((order) => warehouse.events.filter((event) => event.orderId === order));
        expect(recoverRows(warehouse.catalogue, byOrder).stockLevels).toEqual(warehouse.stockLevels);
      }),
    ));
});

describe('an event of an unknown product', () => {
  it('is named', () =>
    expect(() => recoverRows([{ what: 'adjusted', productId: products[0]!, delta: 1 }], [])).toThrow(/never added/));
});

describe('a product that was changed', () => {
  const added = new Warehouse().catalogue[0]!;
  it('has its last name and price', () => {
    const price = { amount: 250, currency: 'GBP' };
    const changes = [{ name: 'Cup' }, { price }].map((change): CatalogueEvent => ({
      what: 'changed',
      productId: products[0]!,
      change,
      at: new Date(1),
    }));
    expect(recoverRows([added, ...changes], []).products.get(products[0]!)).toMatchObject({ name: 'Cup', price });
  });
});
