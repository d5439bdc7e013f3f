import type { AnyTable } from '../ports/index.js';

const properties = new WeakMap<AnyTable, Set<string>>();

/** Remembers that rows of the table are found by this property. */
export function declareLoadedBy(table: AnyTable, property: string): void {
  const known = properties.get(table);
  if (known) known.add(property);
  else properties.set(table, new Set([property]));
}

/** The properties by which handlers and commands declare to find rows of the table, besides its key. */
export const loadedBy = (table: AnyTable): readonly string[] => [...(properties.get(table) ?? [])];
