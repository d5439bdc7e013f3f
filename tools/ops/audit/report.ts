import { plural } from '../screen.js';
import type { Section } from './section.js';
import type { Toll } from './toll.js';
import type { Waiting } from './waiting.js';

export interface AuditReport {
  /** No violation, and nothing that waits for an operator. */
  readonly clean: boolean;
  readonly sections: readonly Section[];
  readonly toll: Toll;
  /** Orders held by a parked message or a failing saga, and whatever else goes on only when an operator acts. */
  readonly waiting: readonly Waiting[];
  /** What the reading itself has to say: that the shop was not at rest, that a source was not given. */
  readonly remarks: readonly string[];
  readonly milliseconds: number;
}

export const violationsOf = ({ sections }: Pick<AuditReport, 'sections'>): number =>
  sections.reduce((sum, { violations }) => sum + violations.length, 0);

/** For a person: every invariant with what was counted and every violation with its ids. */
export function reportLines(report: AuditReport): string[] {
  const lines: string[] = [];
  for (const { id, title, counted, violations } of report.sections) {
    const counts = Object.entries(counted).map(([what, count]) => `${count.toLocaleString('en-GB')} ${what}`);
    lines.push(`${violations.length === 0 ? 'ok  ' : 'BAD '} ${id} ${title}`, `       ${counts.join(' · ')}`);
    for (const { what, ids } of violations) lines.push(`     ✗ ${what}  ${idsText(ids)}`);
  }
  if (report.waiting.length > 0)
    lines.push(`${report.waiting.length} waiting for an operator (tradewind parked list, tradewind saga list):`);
  for (const { what, ids, order } of report.waiting)
    lines.push(`     ! ${order === undefined ? '' : `order ${order}: `}${what}  ${idsText(ids)}`);
  for (const remark of report.remarks) lines.push(`note: ${remark}`);
  lines.push(verdict(report));
  return lines;
}

function verdict(report: AuditReport): string {
  const seconds = (report.milliseconds / 1_000).toFixed(1);
  if (report.clean) return `The audit is clean (${seconds} s).`;
  const held = new Set(report.waiting.flatMap(({ order }) => order ?? [])).size;
  const parts = [
    plural(violationsOf(report), 'violation'),
    `${report.waiting.length} waiting for an operator${held > 0 ? ` (${plural(held, 'order')})` : ''}`,
  ];
  const { lost, doubled, stuck, wrong } = report.toll;
  const toll = violationsOf(report) === 0 ? '' : `; lost ${lost}, doubled ${doubled}, stuck ${stuck}, wrong ${wrong}`;
  return `The audit is NOT clean: ${parts.join(', ')}${toll} (${seconds} s).`;
}

const idsText = (ids: Readonly<Record<string, string>>): string =>
  Object.entries(ids)
    .map(([name, id]) => `${name}=${id}`)
    .join(' ');
