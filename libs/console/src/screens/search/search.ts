/** Something that was found, and the screen that shows it. */
export interface FoundSubject {
  readonly kind: string;
  readonly id: string;
  /** Below the path of the console: `/correlations/…`. */
  readonly path: string;
}

/** A search of the application's own, besides that by ids of messages, sagas and subjects. The text can be personal: do not log it. */
export type Search = (text: string) => Promise<readonly FoundSubject[]>;
