import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { log } from '../environment/log.js';
import { markdown, type Report } from './report.js';

/** Prints a report. Writes NAME.md, NAME.svg and NAME.json to the folder, if there is one, and creates it if needed. */
export function writeReport(name: string, report: Report, folder: string | undefined): void {
  const text = markdown(report);
  log(`\n${text}`);
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.md`), `${text}\n![${report.chartTitle}](${name}.svg)\n`);
  writeFileSync(join(folder, `${name}.svg`), report.chart);
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(report.figures, undefined, 1)}\n`);
}
