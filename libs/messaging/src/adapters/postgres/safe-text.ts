/**
 * Text of an error as PostgreSQL can store it. It may quote any content, also what PostgreSQL refuses, and storing why something failed
 * must not fail.
 */
export const safeText = (text: string): string => text.replaceAll('\0', '\ufffd').slice(0, maxLength);

const maxLength = 10_000;
