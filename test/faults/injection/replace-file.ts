import { renameSync, writeFileSync } from 'node:fs';

/** Replaces a file atomically: a reader never sees a part of it. */
export function replaceFile(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.new`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}
