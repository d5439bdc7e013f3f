/** A measurement of this folder, and the arguments that give it a sensible length where all are run. `npm run bench:NAME` runs it alone. */
export interface Bench {
  readonly name: string;
  readonly args: readonly string[];
}

/** Every measurement there is, in the order in which they are run. */
export const benches: readonly Bench[] = [
  { name: 'saga', args: ['--contestants', 'shop,bare,nest-tutorial,http'] },
  { name: 'relay', args: [] },
  { name: 'consume', args: [] },
  { name: 'replay', args: [] },
  { name: 'scale', args: [] },
  { name: 'growth', args: [] },
  { name: 'edge', args: [] },
];
