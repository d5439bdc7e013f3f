import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { tellReport } from './tell-report.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'report-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('a report with a folder', () => {
  it('is three files there, and the text shows the picture', () => {
    const there = join(folder, 'not', 'yet');
    tellReport(
      { name: 'relay', markdown: '# Relay\n', chart: '<svg/>', shows: 'rows a second', figures: { rows: 1 } },
      there,
    );
    expect(['md', 'svg', 'json'].map((ending) => readFileSync(join(there, `relay.${ending}`), 'utf8'))).toEqual([
      '# Relay\n\n![rows a second](relay.svg)\n',
      '<svg/>',
      '{\n "rows": 1\n}\n',
    ]);
  });
});
