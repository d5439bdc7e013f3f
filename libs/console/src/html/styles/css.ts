/** A tag for editors and formatters. */
export const css = String.raw;
