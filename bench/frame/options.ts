import { InvalidArgumentError } from 'commander';

/** A command line option: `--name <placeholder>`, or a flag without a value. */
export interface Option<T> {
  readonly placeholder: string | undefined;
  readonly description: string;
  readonly initial: T;
  readonly parse: (text: string) => T;
}

export type Options = Readonly<Record<string, Option<unknown>>>;
export type Values<O extends Options> = { readonly [Name in keyof O]: O[Name] extends Option<infer T> ? T : never };

export const option = <T>(
  placeholder: string,
  description: string,
  initial: T,
  parse: (text: string) => T,
): Option<T> => ({ placeholder, description, initial, parse });

export const flag = (description: string): Option<boolean> => ({
  placeholder: undefined,
  description,
  initial: false,
  parse: () => true,
});

/** A whole number, at least `least`. */
export const wholeNumber = (description: string, initial: number, least = 1): Option<number> =>
  option('number', description, initial, (text) => {
    const value = parseWholeNumber(text);
    if (value < least) throw new InvalidArgumentError(`expected at least ${least}`);
    return value;
  });

/** Rising whole numbers, separated by commas. */
export const risingNumbers = (
  description: string,
  initial: readonly number[],
  { least = 1, most = 9_999_999 }: { readonly least?: number; readonly most?: number } = {},
): Option<readonly number[]> =>
  option('numbers', description, initial, (text) => {
    const values = text.split(',').map((part) => parseWholeNumber(part.trim(), least));
    if (values.some((value, index) => value > most || (index > 0 && value <= values[index - 1]!)))
      throw new InvalidArgumentError(`expected rising numbers up to ${most}, as ${initial.join(',')}`);
    return values;
  });

/** Some of these names, separated by commas. */
export const someOf = <N extends string>(names: readonly N[], initial: readonly N[]): Option<readonly N[]> =>
  option('names', `of ${names.join(', ')}`, initial, (text) =>
    text.split(',').map((part) => {
      const found = names.find((name) => name === part.trim());
      if (found === undefined)
        throw new InvalidArgumentError(`"${part.trim()}" is unknown; the names are ${names.join(', ')}`);
      return found;
    }),
  );

export function parseWholeNumber(text: string, least = 1): number {
  if (!/^(0|[1-9]\d{0,6})$/.test(text) || Number(text) < least)
    throw new InvalidArgumentError(`expected a whole number from ${least}`);
  return Number(text);
}
