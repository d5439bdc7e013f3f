import type { ProductId } from '@tradewind/contracts/ids';
import { piecesOf, type Reservation } from './reservation.js';
import type { Line, StockEvent } from './stock-event.js';
import { movePieces, type StockLevel, type StockState } from './stock-level.js';

/** The reservation after an event, and the move of its lines between stock states. */
export interface ReservationChange {
  readonly reservation: Reservation;
  readonly lines: readonly Line[];
  readonly move?: readonly [from: StockState, to: StockState];
}

/** The stock levels that a change moves, after it. */
export function stockLevelsAfter(
  { lines, move }: ReservationChange,
  levelOf: (productId: ProductId) => StockLevel,
): StockLevel[] {
  if (!move) return [];
  return [...piecesOf(lines)].map(([productId, quantity]) => movePieces(levelOf(productId), quantity, ...move));
}

/** The change that an event makes to a reservation; undefined if the event repeats what is known. */
export function applyEvent(current: Reservation | undefined, event: StockEvent): ReservationChange | undefined {
  const { orderId, at } = event;
  switch (event.what) {
    case 'reserved': {
      const { lines } = event;
      return current
        ? undefined
        : {
            reservation: { status: 'reserved', orderId, lines, reservedAt: at },
            lines,
            move: ['available', 'reserved'],
          };
    }
    case 'refused':
      return current
        ? undefined
        : { reservation: { status: 'refused', orderId, shortages: event.shortages, refusedAt: at }, lines: [] };
    case 'released': {
      if (current && current.status !== 'reserved' && current.status !== 'refused') return undefined;
      const reservation = { status: 'released', orderId, lines: event.lines, releasedAt: at } as const;
      return { reservation, lines: event.lines, move: ['reserved', 'available'] };
    }
    case 'sold': {
      if (current?.status === 'reserved')
        return {
          reservation: { ...current, status: 'sold', soldAt: at },
          lines: event.lines,
          move: ['reserved', 'sold'],
        };
      return current?.status === 'taken-back' && !current.soldAt
        ? { reservation: { ...current, soldAt: at }, lines: [] }
        : undefined;
    }
    case 'taken-back':
      if (current?.status !== 'reserved' && current?.status !== 'sold') return undefined;
      return {
        reservation: { ...current, status: 'taken-back', takenBackAt: at },
        lines: event.lines,
        move: [current.status, 'available'],
      };
  }
}
