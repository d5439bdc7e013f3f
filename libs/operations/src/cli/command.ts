import { Command, type Option } from 'commander';
import { printable } from '../printable.js';

/** Flags of every command. */
export interface SystemFlags {
  readonly json?: true;
  /** Where the system is, for a system with this option. */
  readonly state?: string;
}

/** A command that reads. `options` say where the system is. */
export function command(name: string, description: string, options: readonly Option[]): Command {
  const made = new Command(name).description(description);
  for (const option of options) made.addOption(option);
  return made.option('--json', 'print JSON for a program instead of text for a person');
}

/** JSON has no exact integers above 2^53 that every program reads: they become texts. */
const exact = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

/** Prints JSON or text to stdout. */
export function print({ json }: SystemFlags, data: unknown, lines: () => readonly string[]): void {
  for (const line of json ? [JSON.stringify(data, exact, 2)] : lines()) console.log(printable(line));
}

/** Progress goes to stderr, so that stdout has the result alone. */
export const progress = (line: string): void => console.error(printable(line));

/** Flags of a command that changes something. */
export interface ActionFlags extends SystemFlags {
  readonly reason: string;
  readonly yes?: true;
}

/** A command that changes something. Without --yes it only prints what it would do. */
export const actionCommand = (name: string, description: string, options: readonly Option[]): Command =>
  command(name, description, options)
    .requiredOption('--reason <text>', 'why; it is recorded with the action')
    .option('--yes', 'do it; without it nothing is changed');

/** Prints what would be done, or does it and prints what was done. */
export async function perform(
  flags: ActionFlags,
  would: readonly string[],
  act: () => Promise<readonly string[]>,
): Promise<void> {
  if (!flags.yes) return printPlan(flags, would);
  const did = await act();
  print(flags, { done: true, did }, () => did);
}

/** What an action would do. `state` is printed before it. */
export const printPlan = (
  flags: SystemFlags,
  would: readonly string[],
  state: readonly string[] = [],
  data: object = {},
): void =>
  print(flags, { done: false, ...data, would }, () => [
    ...state,
    ...would.map((line) => `Would: ${line}`),
    'Nothing was changed: add --yes to do it.',
  ]);
