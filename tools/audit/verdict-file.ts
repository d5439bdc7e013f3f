import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { verdict, type AuditReport } from './report.js';

/** Keeps the verdict of the last audit, for the console. Does nothing where no shop has its folder. */
export function keepVerdict(file: string, report: AuditReport, at: Date): void {
  if (!existsSync(dirname(file))) return;
  const text = JSON.stringify({ at: at.toISOString(), clean: report.clean, text: verdict(report) });
  writeFileSync(`${file}.new`, `${text}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
