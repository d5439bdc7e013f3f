/** Replaces one text in a compiled file. */
export interface Replacement {
  /** Path from the root of the repository. */
  readonly file: string;
  /** Must occur exactly once. */
  readonly find: string;
  readonly replacement: string;
}

/** Replacements in the shop's compiled files: a planted bug, or other settings. */
export interface Patch {
  readonly name: string;
  readonly changes: readonly Replacement[];
}

/** Returns the patched text of a file. Throws when a text does not occur exactly once: a patch that is not applied proves nothing. */
export function applyPatch({ name, changes }: Patch, file: string, text: string): string {
  return changes
    .filter((change) => change.file === file)
    .reduce((patched, { find, replacement }) => {
      const times = patched.split(find).length - 1;
      if (times !== 1) throw new Error(`patch "${name}": expected once in ${file}, found ${times} times: ${find}`);
      // A function, because a string would give "$" a special meaning.
      return patched.replace(find, () => replacement);
    }, text);
}
