import type { OrderId, ProductId } from '@tradewind/contracts/ids';
import { Poison } from '@tradewind/kernel';
import type { StockLevel } from './stock-level.js';
import type { Line, Shortage, StockEvent } from './stock-event.js';

/** The stock reserved for one order, and its state. Every line is reserved or none. */
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
  /** Final. Has no lines if nothing was reserved: a reserve command that arrives later does nothing. */
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
  /** Final. Has no `soldAt` if the stock was taken back before the sale: a late sale then moves nothing. */
  | {
      readonly status: 'taken-back';
      readonly orderId: OrderId;
      readonly lines: readonly Line[];
      readonly reservedAt: Date;
      readonly soldAt?: Date;
      readonly takenBackAt: Date;
    };

export interface StockLevels {
  get(productId: ProductId): StockLevel | undefined;
}

/** The state of the reservation does not allow the command. This is a bug of the sender; the command becomes a dead letter. */
export class InvalidTransition extends Poison {
  constructor(transition: string, orderId: OrderId, current: Reservation | undefined) {
    super(
      `the stock of order ${orderId} can't be ${transition}: ${current ? `it is ${current.status}` : 'nothing was reserved'}`,
    );
  }
}

/** Reserves every line or none. A repeated command gets the same reply; after a release it does nothing. */
export function reserve(
  orderId: OrderId,
  lines: readonly Line[],
  current: Reservation | undefined,
  stockLevels: StockLevels,
  now: Date,
): StockEvent {
  switch (current?.status) {
    case undefined: {
      const shortages = shortagesOf(lines, stockLevels);
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

/** Compensates `reserve`, even one that arrives later. Not possible after the sale. */
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
      throw new InvalidTransition('released', orderId, current);
  }
}

/** Turns the reservation into a sale. Never rejected: the reserved stock is there. */
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
      throw new InvalidTransition('sold', orderId, current);
  }
}

/** Compensates `sell`, even one that arrives later. */
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
      throw new InvalidTransition('taken back', orderId, current);
  }
}

/** The total quantity per product. */
export function piecesOf(lines: readonly Line[]): ReadonlyMap<ProductId, number> {
  const pieces = new Map<ProductId, number>();
  for (const { productId, quantity } of lines) pieces.set(productId, (pieces.get(productId) ?? 0) + quantity);
  return pieces;
}

function shortagesOf(lines: readonly Line[], stockLevels: StockLevels): Shortage[] {
  const pieces = piecesOf(lines);
  return lines.flatMap((line) => {
    const available = stockLevels.get(line.productId)?.available ?? 0;
    return pieces.get(line.productId)! > available ? [{ ...line, available }] : [];
  });
}
