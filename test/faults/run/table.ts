import type { Result } from '../environment/fault.js';

const columns = [
  'fault',
  'what',
  'injections',
  'orders',
  'lost',
  'doubled',
  'stuck',
  'repeats',
  'recovery',
  'verdict',
] as const;

const injectionsOf = ({ injections }: Result): number =>
  Object.values(injections).reduce((sum, times) => sum + times, 0);

const cells = (result: Result): string[] => [
  result.fault,
  result.title,
  String(injectionsOf(result)),
  String(result.orders),
  String(result.lost),
  String(result.doubled),
  String(result.stuck),
  String(result.repeats),
  `${result.recoverySeconds.toFixed(1)} s`,
  result.violations.length === 0 ? 'clean' : `${result.violations.length} violations`,
];

/** Text for a terminal: aligned columns. */
export function tableOf(results: readonly Result[]): string[] {
  const rows = [[...columns], ...results.map(cells)];
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) =>
    row
      .map((cell, at) => (at < 2 || at === 9 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
      .join('  ')
      .trimEnd(),
  );
}

/** The same table as Markdown. */
export const markdownOf = (results: readonly Result[]): string[] => [
  `| ${columns.join(' | ')} |`,
  `|${columns.map((_, at) => (at >= 2 && at < 9 ? '---:' : '---')).join('|')}|`,
  ...results.map((result) => `| ${cells(result).join(' | ')} |`),
];

/** Details beside the table: the injections, the measurements and the violations. */
export const detailsOf = (result: Result): string[] => [
  `${result.fault} ${result.title}: ${
    Object.entries(result.injections)
      .map(([what, times]) => `${times} × ${what}`)
      .join(', ') || 'never injected'
  }; invariants checked ${result.checks} times meanwhile`,
  ...result.notes.map((note) => `  ${note}`),
  ...result.violations.slice(0, 20).map((violation) => `  ✗ ${violation}`),
  ...(result.violations.length > 20 ? [`  … and ${result.violations.length - 20} more`] : []),
];
