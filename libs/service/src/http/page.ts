import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { IsId } from '@tradewind/contracts';
import { digitsToNumber } from '../config/index.js';
import { problem } from './problem.js';

/** `?limit=&cursor=` of every list. Extend it for a list with filters. */
export class PageQuery {
  @Transform(digitsToNumber) @IsInt() @Min(1) @Max(100) readonly limit: number = 20;
  @IsOptional()
  @IsString()
  @MaxLength(1_500)
  @Matches(/^[\x20-\x7e]+$/, { message: 'must be the nextCursor of the page before' })
  readonly cursor?: string;
}

/** The query of a list whose cursor is the id of its last item. */
export class PageQueryById extends PageQuery {
  @IsId() override readonly cursor?: string;
}

/** One page of a list; `nextCursor` is null on the last one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** Makes a page of rows that were read with `limit + 1`: the additional row shows that there is a next page. */
export function page<T>(rows: readonly T[], limit: number, cursorOf: (last: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}

/** Validates a cursor before it is used in SQL: `readCursor(query.cursor, orderId)`. An error of `read` is answered with 400. */
export function readCursor<T>(cursor: string | undefined, read: (text: string) => T): T | undefined {
  if (cursor === undefined) return undefined;
  try {
    return read(cursor);
  } catch {
    const detail = 'must be the nextCursor of the page before';
    throw problem(400, 'invalid-request', `cursor ${detail}`, { errors: [{ field: 'cursor', detail }] });
  }
}
