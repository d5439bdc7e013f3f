import { parseArgs } from 'node:util';

export type RunMode =
  | { readonly mode: 'many'; readonly from: number; readonly seeds: number; readonly workers: number }
  | { readonly mode: 'one'; readonly seed: number; readonly trace: boolean }
  | { readonly mode: 'real'; readonly from: number; readonly scenarios: number }
  | { readonly mode: 'planted'; readonly seeds: number }
  | { readonly mode: 'help' };

export const usage = `npm run simulate -- --seeds N [--from S] [--workers W]   run many seeds and print a summary
npm run simulate -- --seed S [--trace]                   run one seed, with --trace print every event
npm run simulate -- --real N [--from S]                  run scenarios on a real PostgreSQL and Kafka and simulated, and compare
npm run simulate -- --planted [--seeds N]                 check that each planted bug is found within N seeds (400)`;

/** Throws a RangeError on an invalid value. */
export function readCommandLine(args: readonly string[], cores: number): RunMode {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string' },
      from: { type: 'string', default: '1' },
      workers: { type: 'string', default: String(cores) },
      seed: { type: 'string' },
      real: { type: 'string' },
      trace: { type: 'boolean', default: false },
      planted: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return { mode: 'help' };
  const from = integer('from', values.from);
  if (values.seed !== undefined) return { mode: 'one', seed: integer('seed', values.seed), trace: values.trace };
  if (values.planted) return { mode: 'planted', seeds: integer('seeds', values.seeds ?? '400') };
  if (values.real !== undefined) return { mode: 'real', from, scenarios: integer('real', values.real) };
  return {
    mode: 'many',
    from,
    seeds: integer('seeds', values.seeds ?? '1000'),
    workers: Math.max(1, integer('workers', values.workers)),
  };
}

function integer(name: string, text: string): number {
  const number = Number(text);
  if (text === '' || !Number.isSafeInteger(number) || number < 0)
    throw new RangeError(`--${name} must be an integer of at least 0, not "${text}"`);
  return number;
}
