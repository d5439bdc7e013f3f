/** What whoever rebuilds tells. */
export interface Rebuilt {
  readonly messages: number;
  /** From the first look at the topics until the tables are exchanged and compared. */
  readonly seconds: number;
  readonly failed: number;
  /** Rows that were wrong in the table that was replaced. */
  readonly corrected: number;
  readonly exchanged: boolean;
  readonly lockedMilliseconds: number | undefined;
}

/** What whoever recovers tells. */
export interface Recovered {
  /** Said by the service before, and in its archive again. */
  readonly messages: number;
  readonly seconds: number;
  /** Messages that its group would be handed again. */
  readonly left: number;
}
