import type { AnyTable } from './table.js';

/** A table as the code declares it. */
export interface DeclaredTable {
  readonly table: AnyTable;
  /** The properties besides the key by which rows are found. */
  readonly loadedBy: readonly string[];
}

/** What a comparison of declared tables with the database found, one sentence each. */
export interface TableFindings {
  /** Rows would be read or written wrongly, or not at all. */
  readonly problems: readonly string[];
  /** Everything works, slowly. */
  readonly warnings: readonly string[];
}
