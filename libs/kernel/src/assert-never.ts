/** Makes the compiler check that a switch is complete; at run time it throws with the unexpected value. */
export function assertNever(value: never): never {
  throw new TypeError(`unexpected case: ${JSON.stringify(value)}`);
}
