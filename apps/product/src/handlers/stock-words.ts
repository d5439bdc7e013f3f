import type { OrderId } from '@tradewind/kernel';
import { Transient } from '@tradewind/kernel';
import { StockRefused, StockReleased, StockReserved, StockSold, StockTakenBack } from '@tradewind/contracts';
import { keys, nothing, save, say, type Decision, type Rows } from '@tradewind/messaging';
import { shelvesAfter } from '../domain/rebuild.js';
import type { Reservation } from '../domain/reservation.js';
import type { Shelf } from '../domain/shelf.js';
import { turnOf, type StockEvent } from '../domain/stock-event.js';
import { Reservations, Shelves } from '../storage/product.tables.js';

interface OfAnOrder {
  readonly orderId: OrderId;
}

/** The order's reservation, and the shelves of what it holds. */
export const whatIsReserved = {
  reservations: keys(Reservations, (ask: OfAnOrder) => [ask.orderId]),
  shelves: keys(Shelves, (ask: OfAnOrder, { reservations }: { reservations: Rows<Reservation> }) => {
    const reservation = reservations.get(ask.orderId);
    return reservation && 'lines' in reservation ? reservation.lines.map(({ productId }) => productId) : [];
  }),
};

/** Keeps what an event makes of the rows, and says it; an event that repeats an earlier answer is only said. */
export function keep(
  event: StockEvent,
  { reservations, shelves }: { reservations: Rows<Reservation>; shelves: Rows<Shelf> },
): Decision {
  const turn = turnOf(reservations.get(event.orderId), event);
  if (!turn) return tell(event);
  const loaded = new Map(shelves.all().map((shelf) => [shelf.productId, shelf]));
  const changed = shelvesAfter(turn, (productId) => {
    const shelf = loaded.get(productId);
    // The reservation was made by a message of this very batch, after the shelves were loaded: they are loaded by the next.
    if (!shelf) throw new Transient(`the shelf of ${productId} is not at hand for order ${event.orderId}`);
    return shelf;
  });
  return save(Reservations, turn.reservation)
    .and(changed.length > 0 ? save(Shelves, ...changed) : nothing())
    .and(tell(event));
}

/** An event as the message that others hear. */
export function tell(event: StockEvent): Decision {
  const { orderId } = event;
  const at = event.at.toISOString();
  switch (event.what) {
    case 'reserved':
      return say(StockReserved, { orderId, lines: event.lines, reservedAt: at });
    case 'refused':
      return say(StockRefused, { orderId, reason: event.reason, shortages: event.shortages, refusedAt: at });
    case 'released':
      return say(StockReleased, { orderId, lines: event.lines, releasedAt: at });
    case 'sold':
      return say(StockSold, { orderId, lines: event.lines, soldAt: at });
    case 'taken-back':
      return say(StockTakenBack, { orderId, lines: event.lines, takenBackAt: at });
  }
}
