import { Orders } from '../../../apps/order/src/storage/order.tables.js';
import { piecesOf } from '../../../apps/product/src/domain/reservation.js';
import type { StockChange } from '../../../apps/product/src/domain/stock-change.js';
import type { StockLevel } from '../../../apps/product/src/domain/stock-level.js';
import { Reservations, StockChanges, StockLevels } from '../../../apps/product/src/storage/product.tables.js';
import type { FinalState, Violation } from './final-state.js';

/** Nothing is reserved, sold quantities match the confirmed orders, and adjustments match the results that clients got. */
export function checkStock({ rows, log }: FinalState): Violation[] {
  const [orders, stockLevels] = [rows(Orders), rows(StockLevels)];
  const sold = new Map<string, number>();
  for (const { lines } of orders.filter(({ status }) => status === 'confirmed')) {
    for (const [productId, pieces] of piecesOf(lines)) sold.set(productId, (sold.get(productId) ?? 0) + pieces);
  }
  const statusOf = new Map(orders.map(({ orderId, status }) => [orderId, status]));
  return [
    ...stockLevels.flatMap(stockLevelViolations),
    ...stockLevels.flatMap(({ productId, reserved, sold: soldPieces }): Violation[] => [
      ...(reserved === 0 ? [] : [`stock: ${reserved} of ${productId} are still reserved`]),
      ...(soldPieces === (sold.get(productId) ?? 0)
        ? []
        : [`stock: ${soldPieces} of ${productId} are sold, confirmed orders have ${sold.get(productId) ?? 0}`]),
    ]),
    ...rows(Reservations)
      .filter(
        ({ orderId, status }) =>
          status === 'reserved' || (status === 'sold') !== (statusOf.get(orderId) === 'confirmed'),
      )
      .map(
        ({ orderId, status }) =>
          `stock: the reservation of ${orderId} is ${status}, the order is ${statusOf.get(orderId) ?? 'missing'}`,
      ),
    ...stockLevels.flatMap((stockLevel) => adjustmentViolations(stockLevel, log)),
    ...historyViolations(stockLevels, rows(StockChanges)),
  ];
}

/** The changes of a product are 1, 2, 3 …, and each has what the changes up to it add up to. */
function historyViolations(stockLevels: readonly StockLevel[], all: readonly StockChange[]): Violation[] {
  return stockLevels.flatMap(({ productId, available, changes: count }) => {
    const changes = all.filter((change) => change.productId === productId).sort((a, b) => a.number - b.number);
    let sum = 0;
    const sound = changes.every(
      ({ number, delta, available: after }, index) => number === index + 1 && after === (sum += delta),
    );
    return sound && sum === available && changes.length === count
      ? []
      : [
          `stock: the ${changes.length} changes of ${productId} add up to ${sum}, ${available} are available after ${count}`,
        ];
  });
}

/** Invariant of every row at every time. */
export function stockLevelViolations({
  productId,
  available,
  reserved,
  sold,
  initial,
  adjusted,
}: StockLevel): Violation[] {
  const valid = available >= 0 && reserved >= 0 && sold >= 0 && available + reserved + sold === initial + adjusted;
  return valid
    ? []
    : [
        `stock: ${productId} has ${available} available, ${reserved} reserved and ${sold} sold of ${initial} + ${adjusted}`,
      ];
}

/** Every answered adjustment counts once, one with an unknown result once or not at all. */
function adjustmentViolations(
  { productId, adjusted }: StockLevel,
  { products, adminActions }: FinalState['log'],
): Violation[] {
  const adjustments = adminActions.flatMap(({ action, result }) =>
    action.kind === 'adjust stock' && products[action.product] === productId ? [{ delta: action.delta, result }] : [],
  );
  let possible = new Set([
    adjustments.filter(({ result }) => result.status === 'answered').reduce((all, { delta }) => all + delta, 0),
  ]);
  for (const { delta } of adjustments.filter(({ result }) => result.status === 'unknown'))
    possible = new Set([...possible].flatMap((all) => [all, all + delta]));
  return possible.has(adjusted)
    ? []
    : [`stock: ${productId} is adjusted by ${adjusted}, the client results allow ${[...possible].join(' or ')}`];
}
