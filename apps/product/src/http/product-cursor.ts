import { problem, readCursor } from '@tradewind/service';
import { positionTypes, productSorts, type Position, type ProductSort } from '../storage/product-sort.js';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const unstorable = /\0|\p{Surrogate}/u;

/** The cursor behind a product of a list. It names the order, because a place in one order is none in another. */
export const cursorAfter = (sort: ProductSort, position: Position): string =>
  `${sort}.${Buffer.from(JSON.stringify(position)).toString('base64url')}`;

/** Answers 400 for a cursor of another order, and for what is no cursor. */
export function positionOf(sort: ProductSort, cursor: string | undefined): Position | undefined {
  const [of = '', text = ''] = cursor?.split('.') ?? [];
  if (of !== sort && Object.hasOwn(productSorts, of)) {
    const detail = `is of a list with sort=${of}: begin the list with sort=${sort} again, without a cursor`;
    throw problem(400, 'invalid-request', `cursor ${detail}`, { errors: [{ field: 'cursor', detail }] });
  }
  return readCursor(cursor, () => {
    const values: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    const types = positionTypes(sort);
    if (of === sort && Array.isArray(values) && values.length === types.length)
      if (types.every((type, at) => isOfType[type](values[at]))) return values as Position;
    throw new RangeError('no cursor of this list');
  });
}

const isOfType: Readonly<Record<'text' | 'int8' | 'uuid', (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string' && !unstorable.test(value),
  int8: (value) => Number.isSafeInteger(value),
  uuid: (value) => typeof value === 'string' && uuid.test(value),
};
