import { Transient } from '@tradewind/kernel';
import {
  StockRefused,
  StockReleased,
  StockReserved,
  StockSold,
  StockTakenBack,
  type OrderId,
  type ProductId,
} from '@tradewind/contracts';
import { insert, rows, save, publish, type Decision, type Rows } from '@tradewind/messaging';
import type { Reservation } from '../domain/reservation.js';
import type { StockLevel } from '../domain/stock-level.js';
import { stockChangesOf, type StockChange } from '../domain/stock-change.js';
import { applyEvent, stockLevelsAfter } from '../domain/apply-stock-event.js';
import type { StockEvent } from '../domain/stock-event.js';
import { publishAvailability } from './availability.changes.js';
import { Reservations, StockChanges, StockLevels } from '../storage/product.tables.js';

interface OrderReference {
  readonly orderId: OrderId;
}

/** Loads the order's reservation and the stock levels of its lines. */
export const reservationOfOrder = {
  reservations: rows(Reservations, ({ orderId }: OrderReference) => [orderId]),
  stockLevels: rows(
    StockLevels,
    ({ orderId }: OrderReference, { reservations }: { reservations: Rows<Reservation> }) => {
      const reservation = reservations.get(orderId);
      return reservation && 'lines' in reservation ? reservation.lines.map(({ productId }) => productId) : [];
    },
  ),
};

/** Saves the rows that the event changes, and publishes it. An event that repeats an earlier reply is only published. */
export function recordEvent(
  event: StockEvent,
  { reservations, stockLevels }: { reservations: Rows<Reservation>; stockLevels: Rows<StockLevel> },
): Decision {
  const change = applyEvent(reservations.get(event.orderId), event);
  if (!change) return publishEvent(event);
  const loaded = new Map(stockLevels.all().map((level) => [level.productId, level]));
  const levelOf = (productId: ProductId): StockLevel => {
    const level = loaded.get(productId);
    // An earlier message of this batch made the reservation, after the stock levels were loaded. The retry loads them.
    if (!level) throw new Transient(`the stock level of ${productId} is not loaded for order ${event.orderId}`);
    return level;
  };
  const moved = stockLevelsAfter(change, levelOf).map((level) => [levelOf(level.productId), level] as const);
  if (moved.length === 0) return save(Reservations, change.reservation).and(publishEvent(event));
  const changes = stockChangesOf(event, moved);
  return save(Reservations, change.reservation)
    .and(save(StockLevels, ...moved.map(([, level]) => level)))
    .and(insert(StockChanges, ...changes))
    .and(publishEvent(event, changes))
    .and(publishAvailability(moved, event.at));
}

function publishEvent(event: StockEvent, changes?: readonly StockChange[]): Decision {
  const { orderId } = event;
  const at = event.at.toISOString();
  const levels = changes && {
    levels: changes.map(({ productId, number, available }) => ({ productId, change: number, available })),
  };
  switch (event.what) {
    case 'reserved':
      return publish(StockReserved, { orderId, lines: event.lines, ...levels, reservedAt: at });
    case 'refused':
      return publish(StockRefused, { orderId, reason: event.reason, shortages: event.shortages, refusedAt: at });
    case 'released':
      return publish(StockReleased, { orderId, lines: event.lines, ...levels, releasedAt: at });
    case 'sold':
      return publish(StockSold, { orderId, lines: event.lines, soldAt: at });
    case 'taken-back':
      return publish(StockTakenBack, { orderId, lines: event.lines, ...levels, takenBackAt: at });
  }
}
