declare module 'pg-types/lib/textParsers.js' {
  /** Calls back with the default parser of each type that has one. */
  export function init(register: (oid: number | string, parse: (text: string) => unknown) => void): void;
}
