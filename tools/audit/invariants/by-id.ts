/** What the invariants use of a map by id: a million orders need a smaller one. */
export interface ById<T> extends Iterable<[string, T]> {
  readonly size: number;
  get(id: string): T | undefined;
  has(id: string): boolean;
  keys(): Iterable<string>;
}
