import { Command } from 'commander';
import { runToExit } from '../environment/cleanup.js';
import { log, Progress } from '../environment/log.js';
import { load, machine } from '../environment/machine.js';
import { summary, type Column, type Report } from './report.js';
import type { Options, Values } from './options.js';
import { writeReport } from './write-report.js';

/** A measurement: `npm run bench:NAME`. What it opens with `closeAtExit` is closed when it ends or fails. */
export interface Bench<O extends Options> {
  readonly name: string;
  readonly description: string;
  readonly options: O;
  /** What exit code 0 means. */
  readonly success: string;
  readonly run: (options: Values<O>, progress: Progress) => Promise<Report>;
}

/** Reads the command line, runs the bench, prints its report and exits. */
export function runBench<O extends Options>({ name, description, options, success, run }: Bench<O>): Promise<never> {
  const command = new Command(`npm run bench:${name} --`).description(description).showSuggestionAfterError(false);
  for (const [key, { placeholder, description: text, parse, initial }] of Object.entries(options)) {
    const flag = `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (placeholder === undefined) command.option(flag, text);
    else command.option(`${flag} <${placeholder}>`, text, parse, initial);
  }
  const values = command
    .option('--report <folder>', `write ${name}.md, ${name}.svg and ${name}.json there`)
    .addHelpText('after', `\nExit code 0: ${success}.`)
    .parse()
    .opts<Values<O> & { readonly report?: string }>();
  return runToExit(async () => {
    log(`${machine()}, load ${load().toFixed(1)} before the start`);
    const progress = new Progress();
    try {
      const report = await run(values, progress);
      writeReport(name, report, values.report);
      if (report.failure !== undefined) log(report.failure);
      return report.failure === undefined ? 0 : 1;
    } finally {
      progress.close();
    }
  });
}

export interface Rounds<V, R> {
  readonly rounds: number;
  readonly variants: readonly V[];
  readonly nameOf: (variant: V) => string;
  readonly measure: (variant: V, round: number) => Promise<R>;
  /** What is printed of each round. */
  readonly columns: readonly Column<R>[];
  readonly progress?: Progress;
  /** Whether every second round runs in reverse order. */
  readonly alternate?: boolean;
}

/** Measures variants in turn, so that what is compared ran close together. Returns the rounds of each variant, in the order of the variants. */
export async function inTurn<V, R>(plan: Rounds<V, R>): Promise<R[][]> {
  const results = plan.variants.map((): R[] => []);
  const order = [...plan.variants.entries()];
  for (let round = 1; round <= plan.rounds; round++) {
    for (const [index, variant] of plan.alternate && round % 2 === 0 ? order.toReversed() : order) {
      const what = `round ${round} of ${plan.rounds}, ${plan.nameOf(variant)}`;
      if (plan.progress) plan.progress.next(what);
      else log(what);
      const result = await plan.measure(variant, round);
      results[index]!.push(result);
      log(`${what}: ${summary(plan.columns, result)}`);
    }
  }
  return results;
}
