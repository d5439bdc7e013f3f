/** One place in a compiled file, and what stands there instead. */
export interface Change {
  /** From the repository's root. */
  readonly file: string;
  readonly find: string;
  readonly instead: string;
}

/** A mistake that somebody could have made, as a change of the compiled files. */
export interface Bug {
  readonly name: string;
  readonly changes: readonly Change[];
}

/** The text of a file with the bug in it. Throws where a place is not found exactly once: a bug that is not there proves nothing. */
export function withBug({ name, changes }: Bug, file: string, text: string): string {
  return changes
    .filter((change) => change.file === file)
    .reduce((changed, { find, instead }) => {
      const times = changed.split(find).length - 1;
      if (times !== 1) throw new Error(`the bug "${name}" has no place in ${file}: found ${times} times, not once: ${find}`);
      // A function, so that a dollar sign in it means a dollar sign.
      return changed.replace(find, () => instead);
    }, text);
}
