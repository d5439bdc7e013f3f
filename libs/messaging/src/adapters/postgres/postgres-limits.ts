/** Milliseconds. */
export interface PostgresLimits {
  /** For one statement of a decision's transaction. A message over it is run alone, then counts as one that can't be handled. */
  readonly statementMs: number;
}

export const defaultLimits: PostgresLimits = { statementMs: 8_000 };

/** What a server that is there would have ended itself: after this much silence it is not. */
export const silenceMsOf = ({ statementMs: statement }: PostgresLimits): number => statement + 3_000;
