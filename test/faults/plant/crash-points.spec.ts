import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../../../tools/platform/process/places.js';
import { crashPointNames } from './crash-points.js';
import { markersOf, withCalls } from './markers.js';

const filesBelow = (folder: string, ending: RegExp): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => ending.test(file) && !file.includes('.spec.'))
    .map((file) => readFileSync(join(root, folder, file), 'utf8'));

const sources = ['libs/messaging/src', 'apps'].flatMap((folder) => filesBelow(folder, /\.ts$/));
const compiled = ['libs/messaging/dist', 'dist/apps'].flatMap((folder) => filesBelow(folder, /\.js$/));

describe('the catalogue of crash points', () => {
  it('lists what is marked in the sources, each once', () => {
    expect(sources.flatMap(markersOf).sort()).toEqual([...crashPointNames].sort());
  });
});

describe('what the compiler makes of the sources', () => {
  it('holds every crash point as a comment', () => {
    expect(compiled.flatMap(markersOf).sort()).toEqual([...crashPointNames].sort());
  });
  it('has no other trace of them', () => {
    const traces = compiled.flatMap((text) => text.split('\n')).filter((line) => /crash_?point/i.test(line));
    expect(traces.flatMap(markersOf)).toHaveLength(crashPointNames.length);
    expect(traces.filter((line) => markersOf(line).length === 0)).toEqual([]);
  });
});

describe('the messaging library as it is published', () => {
  it('holds nothing of them but comments', () => {
    const packed = execFileSync('npm', ['pack', './libs/messaging', '--dry-run', '--json'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [{ files }] = JSON.parse(packed) as [{ files: readonly { path: string }[] }];
    const traces = files
      .flatMap(({ path }) => readFileSync(join(root, 'libs/messaging', path), 'utf8').split('\n'))
      .filter((line) => /crash_?point/i.test(line));
    expect(traces.length).toBeGreaterThan(20);
    expect(traces.filter((line) => markersOf(line).length === 0)).toEqual([]);
  });
});

describe('a file whose crash points are calls', () => {
  const text = 'begin();\n  // crashpoint: a.b\nend(); // crashpoint: in passing\n//crashpoint: c.d\n';
  it('has a call where a line was nothing but a crash point', () => {
    expect(withCalls(text)).toBe(
      "begin();\n  globalThis.__crashpoint('a.b');\nend(); // crashpoint: in passing\n//crashpoint: c.d\n",
    );
  });
  it('has as many lines as before', () => {
    for (const each of compiled) expect(withCalls(each).split('\n')).toHaveLength(each.split('\n').length);
  });
});
