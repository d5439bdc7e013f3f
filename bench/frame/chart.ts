import { median } from './statistics.js';

const [width, rowHeight, left, right, top, bottom] = [720, 44, 190, 90, 48, 34];

export interface Chart {
  readonly title: string;
  /** The machine. */
  readonly note: string;
  readonly bars: readonly Bar[];
}

export interface Bar {
  readonly name: string;
  /** Of the rounds. */
  readonly values: readonly number[];
  /** Drawn as a dashed line. */
  readonly target?: number;
}

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** An SVG of horizontal bars: the median of the rounds, with a line for their range. */
export function chartOf({ title, note, bars }: Chart): string {
  const height = top + bars.length * rowHeight + bottom;
  const largest = Math.max(...bars.flatMap(({ values, target = 0 }) => [...values, target])) || 1;
  const x = (value: number): string => (left + (value / largest) * (width - left - right)).toFixed(1);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="16" y="28" font-size="15">${escape(title)}</text>`,
    ...bars.flatMap(({ name, values, target }, index) => {
      const y = top + index * rowHeight;
      const [value, least, most] = [median(values), Math.min(...values), Math.max(...values)];
      return [
        `<text x="${left - 10}" y="${y + 22}" text-anchor="end">${escape(name)}</text>`,
        `<rect x="${left}" y="${y + 6}" width="${(Number(x(value)) - left).toFixed(1)}" height="26" fill="#2f6f8f"/>`,
        `<line x1="${x(least)}" x2="${x(most)}" y1="${y + 19}" y2="${y + 19}" stroke="#c0562f" stroke-width="2"/>`,
        ...(target === undefined
          ? []
          : [
              `<line x1="${x(target)}" x2="${x(target)}" y1="${y + 2}" y2="${y + 36}" stroke="#c0562f" stroke-width="2" stroke-dasharray="5 3"/>`,
            ]),
        `<text x="${(Number(x(Math.max(most, target ?? 0))) + 8).toFixed(1)}" y="${y + 23}">${Math.round(value).toLocaleString('en')}</text>`,
      ];
    }),
    `<text x="16" y="${height - 12}" fill="#666666" font-size="11">${escape(note)}</text>`,
    '</svg>',
    '',
  ].join('\n');
}
