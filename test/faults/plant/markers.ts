/** A crash point as it stands in the sources, and in what the compiler makes of them: a comment on a line of its own. */
const marker = /^([ \t]*)\/\/ crashpoint: ([a-z]+\.[a-z-]+)$/gm;

/** The names of the crash points of a file, from top to bottom. */
export const markersOf = (text: string): string[] => [...text.matchAll(marker)].map(([, , name]) => name!);

/** The text with its crash points as calls. No line moves, so source maps stay true. */
export const withCalls = (text: string): string => text.replace(marker, "$1globalThis.__crashpoint('$2');");
