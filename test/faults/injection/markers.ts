/** A crash point in the sources and in the compiled files: a comment on a line of its own. */
const marker = /^([ \t]*)\/\/ crashpoint: ([a-z-]+\.[a-z-]+)$/gm;

/** The names of the crash points of a file, in order. */
export const markersOf = (text: string): string[] => [...text.matchAll(marker)].map(([, , name]) => name!);

/** Replaces the crash points by calls. Line numbers do not change, so source maps stay valid. */
export const withCalls = (text: string): string => text.replace(marker, "$1globalThis.__crashpoint('$2');");
