import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { say } from './say.js';

/** What a measurement has found, in the forms in which it is told. */
export interface Findings {
  /** Of the files. */
  readonly name: string;
  readonly markdown: string;
  /** An SVG, and what it shows in a few words. */
  readonly chart: string;
  readonly shows: string;
  /** Everything that was measured, to reckon with. */
  readonly figures: object;
}

/** Prints a report; with a folder, which is made where it is missing, it is NAME.md, NAME.svg and NAME.json there as well. */
export function tellReport({ name, markdown, chart, shows, figures }: Findings, folder: string | undefined): void {
  say(`\n${markdown}`);
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.md`), `${markdown}\n![${shows}](${name}.svg)\n`);
  writeFileSync(join(folder, `${name}.svg`), chart);
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(figures, undefined, 1)}\n`);
}
