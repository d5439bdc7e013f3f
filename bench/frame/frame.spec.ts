import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { inTurn } from './bench.js';
import { chartOf } from './chart.js';
import { risingNumbers, someOf, wholeNumber } from './options.js';
import { differenceOf, medianOf, ratioOf, spreadOf, tableOf, type Line } from './report.js';
import { quantile } from './statistics.js';
import { writeReport } from './write-report.js';

const value = (round: number): number => round;

describe('a quantile', () => {
  it('is the smallest value that the share does not exceed', () =>
    expect([0.5, 0.99, 1].map((share) => quantile([4, 1, 3, 2], share))).toEqual([2, 4, 4]));
  it('of no values is NaN', () => expect(quantile([], 0.99)).toBeNaN());
});

describe('a table', () => {
  const lines: Line<number>[] = [
    { labels: ['one'], rounds: [10, 30, 20], baseline: [10, 10, 5] },
    { labels: ['other'], rounds: [10, 10, 5] },
  ];
  it('compares each round with the round of the baseline that ran next to it', () =>
    expect(tableOf([''], [ratioOf('ratio', value, 1), differenceOf('more', value)], lines).slice(2)).toEqual([
      '| one | 3.0 [1.0–4.0] | 15.0 [0.0–20.0] |',
      '| other | 1 |  |',
    ]));
  it('has the median and the range, and a dash where no round has a value', () =>
    expect(tableOf([''], [spreadOf('all', value), medianOf('some', () => undefined)], lines).at(-1)).toBe(
      '| other | 10 [5–10] | – |',
    ));
});

describe('rounds', () => {
  it.each([
    [false, ['a1', 'b1', 'a2', 'b2']],
    [true, ['a1', 'b1', 'b2', 'a2']],
  ])('measure the variants in turn, with alternating order: %s', async (alternate, order) => {
    const ran: string[] = [];
    const measure = (variant: string, round: number) => Promise.resolve(ran.push(`${variant}${round}`));
    const nameOf = (variant: string): string => variant;
    await inTurn({ rounds: 2, variants: ['a', 'b'], nameOf, measure, columns: [], alternate });
    expect(ran).toEqual(order);
  });
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
  it('is written as three files, with the chart in the text', () => {
    const folder = mkdtempSync(join(tmpdir(), 'report-'));
    const chart = chartOf({ title: 'rows', note: '<x>', bars: [{ name: 'a', values: [1, 3], target: 5 }] });
    const report = { title: 'Relay', conditions: 'Here.', body: [['| 1 |'], ['Text.']], chart };
    writeReport('relay', { ...report, chartTitle: 'rows a second', figures: { rows: 1 } }, join(folder, 'new'));
    expect(['md', 'svg', 'json'].map((ending) => readFileSync(join(folder, `new/relay.${ending}`), 'utf8'))).toEqual([
      '# Relay\n\nHere.\n\n| 1 |\n\nText.\n\n![rows a second](relay.svg)\n',
      expect.stringMatching(/^<svg[^]*&lt;x>[^]*<\/svg>\n$/),
      '{\n "rows": 1\n}\n',
    ]);
    rmSync(folder, { recursive: true });
  });
});
