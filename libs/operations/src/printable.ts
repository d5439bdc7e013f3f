/** Control characters except tab and line feed, and marks that change the direction of text. */
const unsafe = new RegExp(
  String.raw`[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]`,
  'g',
);

/**
 * A text that a terminal shows and does not obey: names, reasons and errors come from outside, and an escape sequence in one could hide
 * lines or change the terminal. The characters are written as in JSON, `\u001b`, so that JSON stays the same value.
 */
export const printable = (text: string): string =>
  text.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
