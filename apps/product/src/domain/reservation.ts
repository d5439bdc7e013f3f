import { Poison, type OrderId, type ProductId } from '@tradewind/kernel';
import type { Shelf } from './shelf.js';
import type { StockEvent } from './stock-event.js';

/** So many pieces of a product. An order may have several lines of one product: they count together. */
export interface Line {
  readonly productId: ProductId;
  readonly quantity: number;
}

/** A line that could not be had, and how many pieces there were. */
export interface Shortage extends Line {
  readonly available: number;
}

/** What was set aside for one order, and what became of it. Every line or none. */
export type Reservation =
  | {
      readonly status: 'reserved';
      readonly orderId: OrderId;
      readonly lines: readonly Line[];
      readonly reservedAt: Date;
    }
  | {
      readonly status: 'refused';
      readonly orderId: OrderId;
      readonly shortages: readonly Shortage[];
      readonly refusedAt: Date;
    }
  /** Final. Without lines where nothing had been set aside: a reserve that comes later does nothing. */
  | {
      readonly status: 'released';
      readonly orderId: OrderId;
      readonly lines: readonly Line[];
      readonly releasedAt: Date;
    }
  | {
      readonly status: 'sold';
      readonly orderId: OrderId;
      readonly lines: readonly Line[];
      readonly reservedAt: Date;
      readonly soldAt: Date;
    }
  /** Final. Without `soldAt` where the goods came back before they were sold: the sale then moves nothing. */
  | {
      readonly status: 'taken-back';
      readonly orderId: OrderId;
      readonly lines: readonly Line[];
      readonly reservedAt: Date;
      readonly soldAt?: Date;
      readonly takenBackAt: Date;
    };

export interface Shelves {
  get(productId: ProductId): Shelf | undefined;
}

/** A command that no story of an order leads to: it is a bug of whoever sent it, and it is parked. */
export class OutOfStory extends Poison {
  constructor(wanted: string, orderId: OrderId, current: Reservation | undefined) {
    super(
      `the goods of order ${orderId} can't be ${wanted}: ${current ? `they are ${current.status}` : 'nothing was ever reserved'}`,
    );
  }
}

/** Sets every line aside or none. Asked again, it answers the same; asked after a release, it does nothing. */
export function reserve(
  orderId: OrderId,
  lines: readonly Line[],
  current: Reservation | undefined,
  shelves: Shelves,
  now: Date,
): StockEvent {
  switch (current?.status) {
    case undefined: {
      const shortages = shortagesOf(lines, shelves);
      return shortages.length > 0
        ? { what: 'refused', orderId, reason: 'out-of-stock', shortages, at: now }
        : { what: 'reserved', orderId, lines, at: now };
    }
    case 'refused':
      return { what: 'refused', orderId, reason: 'out-of-stock', shortages: current.shortages, at: current.refusedAt };
    case 'released':
      return { what: 'refused', orderId, reason: 'released', shortages: [], at: current.releasedAt };
    case 'reserved':
    case 'sold':
    case 'taken-back':
      return { what: 'reserved', orderId, lines: current.lines, at: current.reservedAt };
  }
}

/** The undo of `reserve`, even of one that has not come yet. Once the goods are sold there is no way back to it. */
export function release(orderId: OrderId, current: Reservation | undefined, now: Date): StockEvent {
  switch (current?.status) {
    case undefined:
    case 'refused':
      return { what: 'released', orderId, lines: [], at: now };
    case 'reserved':
      return { what: 'released', orderId, lines: current.lines, at: now };
    case 'released':
      return { what: 'released', orderId, lines: current.lines, at: current.releasedAt };
    case 'sold':
    case 'taken-back':
      throw new OutOfStory('released', orderId, current);
  }
}

/** Makes a sale of the reservation. Can't be refused: what is set aside is there. */
export function sell(orderId: OrderId, current: Reservation | undefined, now: Date): StockEvent {
  switch (current?.status) {
    case 'reserved':
      return { what: 'sold', orderId, lines: current.lines, at: now };
    case 'sold':
    case 'taken-back':
      return { what: 'sold', orderId, lines: current.lines, at: current.soldAt ?? now };
    case undefined:
    case 'refused':
    case 'released':
      throw new OutOfStory('sold', orderId, current);
  }
}

/** The undo of `sell`, even of one that has not come yet. */
export function takeBack(orderId: OrderId, current: Reservation | undefined, now: Date): StockEvent {
  switch (current?.status) {
    case 'reserved':
    case 'sold':
      return { what: 'taken-back', orderId, lines: current.lines, at: now };
    case 'taken-back':
      return { what: 'taken-back', orderId, lines: current.lines, at: current.takenBackAt };
    case undefined:
    case 'refused':
    case 'released':
      throw new OutOfStory('taken back', orderId, current);
  }
}

/** Pieces a product, the lines of one product together. */
export function piecesOf(lines: readonly Line[]): ReadonlyMap<ProductId, number> {
  const pieces = new Map<ProductId, number>();
  for (const { productId, quantity } of lines) pieces.set(productId, (pieces.get(productId) ?? 0) + quantity);
  return pieces;
}

function shortagesOf(lines: readonly Line[], shelves: Shelves): Shortage[] {
  const pieces = piecesOf(lines);
  return lines.flatMap((line) => {
    const available = shelves.get(line.productId)?.available ?? 0;
    return pieces.get(line.productId)! > available ? [{ ...line, available }] : [];
  });
}
