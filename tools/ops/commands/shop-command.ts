import { Command, Option } from 'commander';
import { findShop, stateDir, type Where } from '../where.js';

export interface ShopFlags {
  readonly state?: string;
  readonly json?: true;
}

/** A subcommand that looks into a running shop. */
export const shopCommand = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .addOption(
      new Option('--state <folder>', 'where the shop was started')
        .env('TRADEWIND_STATE')
        .default(undefined, '.tradewind'),
    )
    .option('--json', 'print JSON for a program instead of text for a person');

export const shopOf = ({ state }: ShopFlags): Where => findShop(process.env, state ?? stateDir(process.env));

/** One or the other: what a program reads, or what a person does. */
export function print({ json }: ShopFlags, data: unknown, lines: () => readonly string[]): void {
  for (const line of json ? [JSON.stringify(data, undefined, 2)] : lines()) console.log(line);
}

/** Progress never mixes with what is printed. */
export const progress = (line: string): void => console.error(line);

export interface DeedFlags extends ShopFlags {
  readonly reason: string;
  readonly yes?: true;
}

/** A subcommand that changes something: it says what it would do, and does it only with --yes. The reason is kept. */
export const deedCommand = (name: string, description: string): Command =>
  shopCommand(name, description)
    .requiredOption('--reason <text>', 'why; it is kept with what was done')
    .option('--yes', 'do it; without it nothing is changed');

/** Says what would happen, or does it and says so. */
export async function perform(
  flags: DeedFlags,
  would: readonly string[],
  act: () => Promise<readonly string[]>,
): Promise<void> {
  if (!flags.yes)
    return print(flags, { done: false, would }, () => [
      ...would.map((line) => `Would: ${line}`),
      'Nothing was changed: add --yes to do it.',
    ]);
  const did = await act();
  print(flags, { done: true, did }, () => did);
}
