import { median } from './spread.js';

const [width, row, left, right, top, bottom] = [720, 44, 190, 90, 48, 34];

export interface Bars {
  readonly title: string;
  /** Where it was measured. */
  readonly note: string;
  readonly bars: readonly Bar[];
}

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Of the rounds. */
  readonly least: number;
  readonly most: number;
}

/** The median of rounds, with their range. */
export const barOf = (name: string, values: readonly number[]): Bar => ({
  name,
  value: median(values),
  least: Math.min(...values),
  most: Math.max(...values),
});

const text = (words: string): string => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** An SVG of lying bars, each with the range of its rounds. */
export function bars({ title, note, bars: all }: Bars): string {
  const height = top + all.length * row + bottom;
  const most = Math.max(...all.map((bar) => bar.most)) || 1;
  const x = (value: number): number => left + (value / most) * (width - left - right);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="16" y="28" font-size="15">${text(title)}</text>`,
    ...all.flatMap(({ name, value, least, most: highest }, index) => {
      const y = top + index * row;
      return [
        `<text x="${left - 10}" y="${y + 22}" text-anchor="end">${text(name)}</text>`,
        `<rect x="${left}" y="${y + 6}" width="${(x(value) - left).toFixed(1)}" height="26" fill="#2f6f8f"/>`,
        `<line x1="${x(least).toFixed(1)}" x2="${x(highest).toFixed(1)}" y1="${y + 19}" y2="${y + 19}" stroke="#c0562f" stroke-width="2"/>`,
        `<text x="${(x(highest) + 8).toFixed(1)}" y="${y + 23}">${Math.round(value).toLocaleString('en')}</text>`,
      ];
    }),
    `<text x="16" y="${height - 12}" fill="#666666" font-size="11">${text(note)}</text>`,
    '</svg>',
    '',
  ].join('\n');
}
