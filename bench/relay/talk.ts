/** What a publishing process is told to do. */
export type Order =
  | { readonly what: 'publish' }
  | {
      readonly what: 'commit';
      readonly count: number;
      readonly perSecond: number;
      /** The first one's number. */ readonly from: number;
    };

/** A message and when it was committed, in nanoseconds of the machine's own clock. */
export type Commit = readonly [id: string, at: bigint];
