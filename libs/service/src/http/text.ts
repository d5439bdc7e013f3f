/*
 * Without look-ahead, property escapes and flags, so that programs in other languages can read these patterns in the OpenAPI document,
 * and generate texts from them; and without two ways to match a character, so that a long text takes linear time.
 */
const spaces = String.raw` \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000`;
const control = String.raw`\u0000-\u001f\u007f-\u009f`;

/** Characters that nothing shows, or that change the direction of what follows. Joiners are parts of words, and stay. */
const invisible = String.raw`\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb`;
const notInLine = String.raw`${control}\u2028\u2029${invisible}`;

/** One line of text that is not blank: no control characters, no line separators and no invisible characters. */
export const oneLine = new RegExp(`^[${spaces}]*[^${notInLine}${spaces}][^${notInLine}]*$`);

/** A text without white space, control characters, joiners and anything else that is not seen: two that look alike are equal. */
export const visibleToken = new RegExp(`^[^${notInLine}${spaces}\\u200c\\u200d\\ufe00-\\ufe0f]*$`);
