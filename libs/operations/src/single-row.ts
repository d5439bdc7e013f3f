/** The row of a query that always returns one. */
export function singleRow<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new RangeError('the query returned no row');
  return row;
}
