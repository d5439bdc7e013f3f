/** One place in a compiled file, and what stands there instead. */
export interface Change {
  /** From the repository's root. */
  readonly file: string;
  readonly find: string;
  readonly instead: string;
}

/** The shop as somebody could have written it by mistake, or with other numbers: changes of its compiled files. */
export interface Alteration {
  readonly name: string;
  readonly changes: readonly Change[];
}

/** The text of a file as altered. Throws where a place is not found exactly once: an alteration that is not there proves nothing. */
export function altered({ name, changes }: Alteration, file: string, text: string): string {
  return changes
    .filter((change) => change.file === file)
    .reduce((changed, { find, instead }) => {
      const times = changed.split(find).length - 1;
      if (times !== 1) throw new Error(`"${name}" has no place in ${file}: found ${times} times, not once: ${find}`);
      // A function, so that a dollar sign in it means a dollar sign.
      return changed.replace(find, () => instead);
    }, text);
}
