import type { Result } from '../ground/fault.js';

const columns = [
  'fault',
  'what',
  'hits',
  'orders',
  'lost',
  'doubled',
  'stuck',
  'repeats',
  'recovery',
  'verdict',
] as const;

const blows = ({ hits }: Result): number => Object.values(hits).reduce((sum, times) => sum + times, 0);

const cells = (result: Result): string[] => [
  result.fault,
  result.title,
  String(blows(result)),
  String(result.orders),
  String(result.lost),
  String(result.doubled),
  String(result.stuck),
  String(result.repeats),
  `${result.recoverySeconds.toFixed(1)} s`,
  result.violations.length === 0 ? 'clean' : `${result.violations.length} violations`,
];

/** For a terminal: columns of equal width. */
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

/** For the docs: the same as Markdown. */
export const markdownOf = (results: readonly Result[]): string[] => [
  `| ${columns.join(' | ')} |`,
  `|${columns.map((_, at) => (at >= 2 && at < 9 ? '---:' : '---')).join('|')}|`,
  ...results.map((result) => `| ${cells(result).join(' | ')} |`),
];

/** What a reader must know besides the table: proof of the blows, what was measured, what went wrong. */
export const detailsOf = (result: Result): string[] => [
  `${result.fault} ${result.title}: ${
    Object.entries(result.hits)
      .map(([what, times]) => `${times} × ${what}`)
      .join(', ') || 'never hit'
  }; looked at ${result.looks} times while it went on`,
  ...result.notes.map((note) => `  ${note}`),
  ...result.violations.slice(0, 20).map((violation) => `  ✗ ${violation}`),
  ...(result.violations.length > 20 ? [`  … and ${result.violations.length - 20} more`] : []),
];
