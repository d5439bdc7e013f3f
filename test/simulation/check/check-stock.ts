import { piecesOf } from '../../../apps/product/src/domain/reservation.js';
import type { Shelf } from '../../../apps/product/src/domain/shelf.js';
import type { Facts, Violation } from './facts.js';

/** At rest nothing is set aside, what is sold is what confirmed orders hold, and what was counted in or out is what people were told. */
export function checkStock({ orders, shelves, reservations, history }: Facts): Violation[] {
  const sold = new Map<string, number>();
  for (const { lines } of orders.filter(({ status }) => status === 'confirmed')) {
    for (const [productId, pieces] of piecesOf(lines)) sold.set(productId, (sold.get(productId) ?? 0) + pieces);
  }
  const statusOf = new Map(orders.map(({ orderId, status }) => [orderId, status]));
  return [
    ...shelves.flatMap(soundShelf),
    ...shelves.flatMap(({ productId, reserved, sold: gone }): Violation[] => [
      ...(reserved === 0 ? [] : [`stock: ${reserved} of ${productId} are still set aside`]),
      ...(gone === (sold.get(productId) ?? 0)
        ? []
        : [`stock: ${gone} of ${productId} are sold, confirmed orders hold ${sold.get(productId) ?? 0}`]),
    ]),
    ...reservations
      .filter(
        ({ orderId, status }) =>
          status === 'reserved' || (status === 'sold') !== (statusOf.get(orderId) === 'confirmed'),
      )
      .map(
        ({ orderId, status }) =>
          `stock: the goods of ${orderId} are ${status}, the order is ${statusOf.get(orderId) ?? 'not there'}`,
      ),
    ...shelves.flatMap((shelf) => adjustedOtherwise(shelf, history)),
  ];
}

/** Holds at every moment. */
export function soundShelf({ productId, available, reserved, sold, initial, adjusted }: Shelf): Violation[] {
  const sound = available >= 0 && reserved >= 0 && sold >= 0 && available + reserved + sold === initial + adjusted;
  return sound
    ? []
    : [
        `stock: ${productId} has ${available} available, ${reserved} reserved and ${sold} sold of ${initial} + ${adjusted}`,
      ];
}

/** Every answered adjustment counts once, one without an answer once or not at all. */
function adjustedOtherwise({ productId, adjusted }: Shelf, { products, chores }: Facts['history']): Violation[] {
  const own = chores.flatMap(({ chore, saw }) =>
    chore.what === 'adjust stock' && products[chore.product] === productId ? [{ delta: chore.delta, saw }] : [],
  );
  let possible = new Set([own.filter(({ saw }) => saw.saw === 'answer').reduce((all, { delta }) => all + delta, 0)]);
  for (const { delta } of own.filter(({ saw }) => saw.saw === 'nothing'))
    possible = new Set([...possible].flatMap((all) => [all, all + delta]));
  return possible.has(adjusted)
    ? []
    : [`stock: ${productId} is adjusted by ${adjusted}, the shop was told ${[...possible].join(' or ')}`];
}
