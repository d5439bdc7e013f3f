/** The compiler's proof that a switch is complete; at run time the case that should not be is named. */
export function assertNever(value: never): never {
  throw new TypeError(`unforeseen case: ${JSON.stringify(value)}`);
}
