import { maxQuantity, type ProductId } from '@tradewind/contracts';
import { problem, type FieldError } from '@tradewind/service';
import type { OrderLine } from '../domain/order-line.js';
import type { Price } from '../domain/price.js';
import type { Item } from './order.dto.js';

/** The fields of items whose products are not for sale any more. */
export const archivedItems = (items: readonly Item[], prices: ReadonlyMap<ProductId, Price>): FieldError[] =>
  items.flatMap(({ productId }, index) =>
    prices.get(productId)?.archived
      ? [{ field: `items.${index}.productId`, detail: 'is not for sale any more: leave it out' }]
      : [],
  );

/** One line per product, in the order of first appearance, at current prices. Throws a 422 problem that names each invalid field. */
export function pricedLines(items: readonly Item[], prices: ReadonlyMap<ProductId, Price>): OrderLine[] {
  const lines = new Map<ProductId, OrderLine>();
  const errors: FieldError[] = [];
  for (const [index, { productId, quantity }] of items.entries()) {
    const known = prices.get(productId);
    const before = lines.get(productId)?.quantity ?? 0;
    if (!known) errors.push({ field: `items.${index}.productId`, detail: 'is not a product of this shop' });
    else if (before + quantity > maxQuantity)
      errors.push({
        field: `items.${index}.quantity`,
        detail: `must not make more than ${maxQuantity} of one product`,
      });
    else lines.set(productId, { productId, name: known.name, quantity: before + quantity, unitPrice: known.price });
  }
  if (errors.length > 0)
    throw problem(422, 'items-not-orderable', `${errors[0]!.field} ${errors[0]!.detail}`, { errors });
  return [...lines.values()];
}
