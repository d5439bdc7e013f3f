import { parseArgs } from 'node:util';

export type Wish =
  | { readonly what: 'many'; readonly from: number; readonly seeds: number; readonly workers: number }
  | { readonly what: 'one'; readonly seed: number; readonly trace: boolean }
  | { readonly what: 'real'; readonly from: number; readonly schedules: number }
  | { readonly what: 'planted'; readonly seeds: number };

export const usage = `npm run simulate -- --seeds N [--from S] [--workers W]   many seeds, and a table at the end
npm run simulate -- --seed S [--trace]                   one seed again, with its story
npm run simulate -- --real N [--from S]                  schedules on a real PostgreSQL and Kafka and simulated, compared
npm run simulate -- --planted [--seeds N]                 bugs, each of which must be found within so many seeds (400)`;

/** Throws a RangeError on what makes no sense. */
export function readCommandLine(words: readonly string[], cores: number): Wish {
  const { values } = parseArgs({
    args: [...words],
    options: {
      seeds: { type: 'string' },
      from: { type: 'string', default: '1' },
      workers: { type: 'string', default: String(cores) },
      seed: { type: 'string' },
      real: { type: 'string' },
      trace: { type: 'boolean', default: false },
      planted: { type: 'boolean', default: false },
    },
  });
  const from = whole('from', values.from);
  if (values.seed !== undefined) return { what: 'one', seed: whole('seed', values.seed), trace: values.trace };
  if (values.planted) return { what: 'planted', seeds: whole('seeds', values.seeds ?? '400') };
  if (values.real !== undefined) return { what: 'real', from, schedules: whole('real', values.real) };
  return {
    what: 'many',
    from,
    seeds: whole('seeds', values.seeds ?? '1000'),
    workers: Math.max(1, whole('workers', values.workers)),
  };
}

function whole(name: string, text: string): number {
  const number = Number(text);
  if (text === '' || !Number.isSafeInteger(number) || number < 0)
    throw new RangeError(`--${name} is a whole number, not "${text}"`);
  return number;
}
