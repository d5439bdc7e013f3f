import type { OrderId } from '@tradewind/kernel';
import type { Line, Reservation, Shortage } from './reservation.js';
import type { Place } from './shelf.js';

/** What happened to the goods of an order. The decisions make it, and it alone changes rows: live and in a rebuild alike. */
export type StockEvent =
  | {
      readonly what: 'reserved' | 'released' | 'sold' | 'taken-back';
      readonly orderId: OrderId;
      readonly lines: readonly Line[];
      readonly at: Date;
    }
  | {
      readonly what: 'refused';
      readonly orderId: OrderId;
      readonly reason: 'out-of-stock' | 'released';
      readonly shortages: readonly Shortage[];
      readonly at: Date;
    };

/** The reservation after an event, and the way that the pieces of its lines go. */
export interface Turn {
  readonly reservation: Reservation;
  readonly lines: readonly Line[];
  readonly way?: readonly [from: Place, to: Place];
}

/** What an event makes of a reservation; undefined where it only says again what is known. */
export function turnOf(current: Reservation | undefined, event: StockEvent): Turn | undefined {
  const { orderId, at } = event;
  switch (event.what) {
    case 'reserved': {
      const { lines } = event;
      return current
        ? undefined
        : {
            reservation: { status: 'reserved', orderId, lines, reservedAt: at },
            lines,
            way: ['available', 'reserved'],
          };
    }
    case 'refused':
      return current
        ? undefined
        : { reservation: { status: 'refused', orderId, shortages: event.shortages, refusedAt: at }, lines: [] };
    case 'released': {
      if (current && current.status !== 'reserved' && current.status !== 'refused') return undefined;
      const reservation = { status: 'released', orderId, lines: event.lines, releasedAt: at } as const;
      return { reservation, lines: event.lines, way: ['reserved', 'available'] };
    }
    case 'sold': {
      if (current?.status === 'reserved')
        return {
          reservation: { ...current, status: 'sold', soldAt: at },
          lines: event.lines,
          way: ['reserved', 'sold'],
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
        way: [current.status, 'available'],
      };
  }
}
