/** What a consumer tells whoever has started it, with the machine's own clock. */
export type Told =
  | { readonly assigned: number; readonly at: number }
  /** Records that the broker handed it: partition and offset. */
  | { readonly handed: readonly (readonly [partition: number, offset: number])[]; readonly at: number }
  | { readonly called: { readonly owner: string; readonly number: number; readonly at: number } }
  /** Effects that it has settled. */
  | { readonly settled: number };
