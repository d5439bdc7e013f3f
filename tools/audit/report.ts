import type { Section } from './invariants/section.js';
import type { ViolationSummary } from './invariants/violation-summary.js';
import type { Waiting } from './invariants/waiting-for-operator.js';

export interface AuditReport {
  /** No violation, and nothing that waits for an operator. */
  readonly clean: boolean;
  readonly sections: readonly Section[];
  readonly summary: ViolationSummary;
  /** Dead letters, blocked keys, stuck sagas, and with them orders: they continue only when an operator acts. */
  readonly waiting: readonly Waiting[];
  /** About the reading itself: that the shop was not idle, that a source was not given. */
  readonly remarks: readonly string[];
  readonly milliseconds: number;
}

export const violationsOf = ({ sections }: Pick<AuditReport, 'sections'>): number =>
  sections.reduce((sum, { violations }) => sum + violations.length, 0);

/** The report as text: every invariant with its counts, and every violation with its ids. */
export function reportLines(report: AuditReport): string[] {
  const lines: string[] = [];
  for (const { id, title, counted, violations } of report.sections) {
    const counts = Object.entries(counted).map(([what, count]) => `${count.toLocaleString('en-GB')} ${what}`);
    lines.push(`${violations.length === 0 ? 'ok  ' : 'BAD '} ${id} ${title}`, `       ${counts.join(' · ')}`);
    for (const { what, ids } of violations) lines.push(`     ✗ ${what}  ${idsText(ids)}`);
  }
  if (report.waiting.length > 0)
    lines.push(`${report.waiting.length} waiting for an operator (tradewind dead-letters list, tradewind sagas list):`);
  for (const { what, ids, order } of report.waiting)
    lines.push(`     ! ${order === undefined ? '' : `order ${order}: `}${what}  ${idsText(ids)}`);
  for (const remark of report.remarks) lines.push(`note: ${remark}`);
  lines.push(verdict(report));
  return lines;
}

/** The report in a sentence. */
export function verdict(report: AuditReport): string {
  const seconds = (report.milliseconds / 1_000).toFixed(1);
  if (report.clean) return `The audit is clean (${seconds} s).`;
  const violations = violationsOf(report);
  const orders = new Set(report.waiting.flatMap(({ order }) => order ?? [])).size;
  const { lost, doubled, stuck, wrong } = report.summary;
  const parts = [
    counted(violations, 'violation'),
    `${report.waiting.length} waiting for an operator${orders > 0 ? ` (${counted(orders, 'order')})` : ''}`,
  ];
  const summary = violations === 0 ? '' : `; lost ${lost}, doubled ${doubled}, stuck ${stuck}, wrong ${wrong}`;
  return `The audit is NOT clean: ${parts.join(', ')}${summary} (${seconds} s).`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const idsText = (ids: Readonly<Record<string, string>>): string =>
  Object.entries(ids)
    .map(([name, id]) => `${name}=${id}`)
    .join(' ');
