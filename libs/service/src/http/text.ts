import { Matches } from 'class-validator';

/*
 * Without look-ahead, property escapes and flags, so that programs in other languages can read these patterns in the OpenAPI document,
 * and generate texts from them; and without two ways to match a character, so that a long text takes linear time.
 */
const blank = String.raw` \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\ufeff`;
const lineEnds = String.raw`\t-\r\u2028\u2029`;
const control = String.raw`\u0000-\u001f\u007f-\u009f`;

/** One line of text that is not blank: no control characters and no line separators. */
export const oneLine = new RegExp(`^[${blank}]*[^${control}${blank}\\u2028\\u2029][^${control}\\u2028\\u2029]*$`);

/** Text of any number of lines that is not blank. */
const someText = new RegExp(`^[${blank}${lineEnds}]*[^\\u0000${blank}${lineEnds}][^\\u0000]*$`);

/** The text has something besides white space. */
export const IsNotBlank = (): PropertyDecorator => Matches(someText, { message: 'must not be blank' });
