import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../../../tools/platform/process/paths.js';
import { crashPointNames } from './crash-points.js';
import { markersOf, withCalls } from './markers.js';

const filesBelow = (folder: string, ending: RegExp): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => ending.test(file) && !file.includes('.spec.'))
    .map((file) => readFileSync(join(root, folder, file), 'utf8'));

const sources = ['libs/messaging/src', 'libs/operations/src', 'apps'].flatMap((folder) => filesBelow(folder, /\.ts$/));
const compiled = ['libs/messaging/dist', 'libs/operations/dist', 'dist/apps'].flatMap((folder) =>
  filesBelow(folder, /\.js$/),
);

describe('the list of crash points', () => {
  it('equals the markers in the sources, each once', () => {
    expect(sources.flatMap(markersOf).sort()).toEqual([...crashPointNames].sort());
  });
});

describe('the compiled sources', () => {
  it('contain every crash point as a comment', () => {
    expect(compiled.flatMap(markersOf).sort()).toEqual([...crashPointNames].sort());
  });
  it('contain no other trace of them', () => {
    const traces = compiled.flatMap((text) => text.split('\n')).filter((line) => /crash_?point/i.test(line));
    expect(traces.flatMap(markersOf)).toHaveLength(crashPointNames.length);
    expect(traces.filter((line) => markersOf(line).length === 0)).toEqual([]);
  });
});

describe('the published messaging library', () => {
  it('contains crash points as comments only', () => {
    const packed = execFileSync('npm', ['pack', './libs/messaging', '--dry-run', '--json'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [{ files }] = JSON.parse(packed) as [{ files: readonly { path: string }[] }];
    const traces = files
      .filter(({ path }) => !path.endsWith('.map')) // a source map has the source in one line
      .flatMap(({ path }) => readFileSync(join(root, 'libs/messaging', path), 'utf8').split('\n'))
      .filter((line) => /crash_?point/i.test(line));
    expect(traces.length).toBeGreaterThan(20);
    expect(traces.filter((line) => markersOf(line).length === 0)).toEqual([]);
  });
});

describe('a file with crash points turned into calls', () => {
  const text = 'begin();\n  // crashpoint: a.b\nend(); // crashpoint: in passing\n//crashpoint: c.d\n';
  it('has a call where a line was only a crash point', () => {
    expect(withCalls(text)).toBe(
      "begin();\n  globalThis.__crashpoint('a.b');\nend(); // crashpoint: in passing\n//crashpoint: c.d\n",
    );
  });
  it('has as many lines as before', () => {
    for (const each of compiled) expect(withCalls(each).split('\n')).toHaveLength(each.split('\n').length);
  });
});
