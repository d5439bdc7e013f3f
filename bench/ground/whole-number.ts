import { InvalidArgumentError } from 'commander';

/** A flag's value: a whole number from 1. Throws what commander says in one line. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('expected a whole number from 1');
  return Number(text);
}
