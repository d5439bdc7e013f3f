/** A bench, and the arguments with which `npm run bench` runs it. `npm run bench:NAME` runs it alone. */
export interface BenchCommand {
  readonly name: string;
  readonly args: readonly string[];
}

/** In the order in which they run. */
export const benches: readonly BenchCommand[] = [
  { name: 'saga', args: ['--variants', 'shop,bare,nest-tutorial,http'] },
  ...['relay', 'consume', 'replay', 'scale', 'growth', 'edge', 'restart', 'comparison'].map((name) => ({
    name,
    args: [],
  })),
];
