import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inTurn } from './bench.js';
import { chartOf } from './chart.js';
import { risingNumbers, someOf, wholeNumber } from './options.js';
import { differenceOf, medianOf, ratioOf, spreadOf, tableOf, type Line } from './report.js';
import { quantile, spread } from './statistics.js';
import { writeReport } from './write-report.js';

const value = (round: number): number => round;

describe('a quantile', () => {
  it('is the smallest value that the share does not exceed', () =>
    expect([0.5, 0.99, 1].map((share) => quantile([4, 1, 3, 2], share))).toEqual([2, 4, 4]));
  it('of no values is NaN', () => expect(quantile([], 0.99)).toBeNaN());
});

describe('a spread', () => {
  it('is the median with the range', () => expect(spread([3_000, 1_000, 2_000])).toBe('2,000 [1,000–3,000]'));
  it('of one value is the value', () => expect(spread([1.25], 1)).toBe('1.3'));
});

describe('a table', () => {
  const lines: Line<number>[] = [
    { labels: ['one'], rounds: [10, 30, 20], baseline: [10, 10, 5] },
    { labels: ['other'], rounds: [10, 10, 5] },
  ];
  it('compares each round with the round of the baseline that ran next to it', () =>
    expect(tableOf([''], [ratioOf('ratio', value, 1), differenceOf('more', value)], lines)).toEqual([
      '|  | ratio | more |',
      '| --- | --- | --- |',
      '| one | 3.0 [1.0–4.0] | 15.0 [0.0–20.0] |',
      '| other | 1 |  |',
    ]));
  it('has a dash where no round has a value', () =>
    expect(tableOf([''], [spreadOf('all', value), medianOf('some', () => undefined)], lines).at(-1)).toBe(
      '| other | 10 [5–10] | – |',
    ));
});

describe('a chart', () => {
  const chart = chartOf({
    title: 'rows',
    note: '2 × a processor <x>',
    bars: [
      { name: 'a & b', values: [1, 3, 2] },
      { name: 'c', values: [4], target: 5 },
    ],
  });
  it('has one bar for each value, and a dashed line for a target', () => {
    expect(chart.match(/fill="#2f6f8f"/g)).toHaveLength(2);
    expect(chart.match(/stroke-dasharray/g)).toHaveLength(1);
  });
  it('escapes names', () => expect([chart.includes('&lt;x>'), chart.includes('a &amp; b')]).toEqual([true, true]));
});

describe('rounds', () => {
  const order = async (alternate: boolean): Promise<[string[], string[][]]> => {
    const ran: string[] = [];
    const results = await inTurn({
      rounds: 2,
      variants: ['a', 'b'],
      nameOf: (variant) => variant,
      measure: (variant, round) => {
        ran.push(variant);
        return Promise.resolve(`${variant}${round}`);
      },
      columns: [],
      alternate,
    });
    return [ran, results];
  };
  const results = [
    ['a1', 'a2'],
    ['b1', 'b2'],
  ];
  it('measure the variants in turn', async () => expect(await order(false)).toEqual([['a', 'b', 'a', 'b'], results]));
  it('can alternate which variant comes first', async () =>
    expect(await order(true)).toEqual([['a', 'b', 'b', 'a'], results]));
});

describe('an option', () => {
  it.each([
    ['a number below the least', () => wholeNumber('', 5, 5).parse('4')],
    ['text in place of a number', () => wholeNumber('', 5).parse('x')],
    ['falling numbers', () => risingNumbers('', [1]).parse('2,1')],
    ['a number above the most', () => risingNumbers('', [1], { most: 3 }).parse('1,4')],
    ['an unknown name', () => someOf(['a'], ['a']).parse('a,b')],
  ])('rejects %s', (_, parse) => expect(parse).toThrow());
  it('takes what is valid', () =>
    expect([risingNumbers('', [1], { least: 0 }).parse('0, 10'), someOf(['a', 'b'], []).parse('b, a')]).toEqual([
      [0, 10],
      ['b', 'a'],
    ]));
});

describe('a report with a folder', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'report-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is written as three files, with the chart in the text', () => {
    const path = join(folder, 'new', 'folder');
    const report = { title: 'Relay', conditions: 'Here.', body: [['| 1 |'], ['Text.']], chart: '<svg/>' };
    writeReport('relay', { ...report, chartTitle: 'rows a second', figures: { rows: 1 } }, path);
    expect(['md', 'svg', 'json'].map((ending) => readFileSync(join(path, `relay.${ending}`), 'utf8'))).toEqual([
      '# Relay\n\nHere.\n\n| 1 |\n\nText.\n\n![rows a second](relay.svg)\n',
      '<svg/>',
      '{\n "rows": 1\n}\n',
    ]);
  });
});
