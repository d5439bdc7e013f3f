/** An order of a list, by the columns of one index. */
interface Sort {
  /** With their types. The last one makes each position unique. */
  readonly columns: Readonly<Record<string, 'text' | 'int8' | 'uuid'>>;
  readonly descending: boolean;
}

const bySku = { sku_key: 'text', product_id: 'uuid' } as const;
const byName = { name_key: 'text', product_id: 'uuid' } as const;
const byPrice = { price_amount: 'int8', product_id: 'uuid' } as const;

/** The orders of a list. Each has an index, so a page costs the same wherever it is in the list. */
export const productSorts = {
  sku: { columns: bySku, descending: false },
  name: { columns: byName, descending: false },
  '-name': { columns: byName, descending: true },
  price: { columns: byPrice, descending: false },
  '-price': { columns: byPrice, descending: true },
  /** Ids are UUIDv7: a later product has a higher id. */
  newest: { columns: { product_id: 'uuid' }, descending: true },
} as const satisfies Readonly<Record<string, Sort>>;

export type ProductSort = keyof typeof productSorts;

/** The values of a product in the columns of a sort: a place in the list that stays where it is when products are added or removed. */
export type Position = readonly (string | number)[];

/** The types of the values of a position. */
export const positionTypes = (sort: ProductSort): readonly Sort['columns'][string][] =>
  Object.values(productSorts[sort].columns);

/** SQL of a sort for the table `p`. Parameters of `after` start at `first`. */
export function sortSql(sort: ProductSort, first: number): Readonly<Record<'position' | 'order' | 'after', string>> {
  const { columns, descending }: Sort = productSorts[sort];
  const names = Object.keys(columns).map((column) => `p.${column}`);
  const values = Object.values(columns).map((type, at) => `$${first + at}::${type}`);
  return {
    position: `jsonb_build_array(${names.join(', ')})`,
    order: names.map((name) => `${name}${descending ? ' desc' : ''}`).join(', '),
    after: `(${names.join(', ')}) ${descending ? '<' : '>'} (${values.join(', ')})`,
  };
}
