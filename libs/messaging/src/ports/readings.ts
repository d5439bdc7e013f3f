/** What a store says about itself for metrics. */
export interface StoreReadings {
  /** Dead letters by their consumer and cause, the most frequent first; of effects by name, with the consumer `effects`. */
  deadLetters(): Promise<readonly { readonly consumer: string; readonly cause: string; readonly count: number }[]>;
  /** Sagas that have not ended, by their present step. */
  openSagas(): Promise<readonly { readonly saga: string; readonly step: string; readonly count: number }[]>;
  /** Of each saga with timeouts that are due and not handled: for how long the oldest is due. */
  overdueTimeouts(): Promise<readonly { readonly saga: string; readonly seconds: number }[]>;
}
