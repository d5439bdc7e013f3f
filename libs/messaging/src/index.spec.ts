import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const read = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8');
const exportList = /^export (?:type )?\{([^}]*)\} from '[^']*';$/gm;

/** Values and types. Throws if a file exports in another way, which would not be counted. */
function exportsOf(file: string): string[] {
  const text = read(file);
  const rest = text.replace(exportList, '').replace(/^\/[/*].*$/gm, '');
  if (rest.trim() !== '') throw new Error(`${file} has more than lists of exports: ${rest.trim()}`);
  return [...text.matchAll(exportList)].flatMap(([, list = '']) =>
    list
      .split(',')
      .map((name) => name.trim().replace(/^type /, ''))
      .filter(Boolean),
  );
}

describe('the public API', () => {
  const names = exportsOf('index.ts');

  it('has fewer than 60 names', () => expect(names.length).toBeLessThan(60));

  it('has all of them in the README, by subject', () => {
    const [, section = ''] = /## What it exports\n([^]*?)\n## /.exec(read('../README.md')) ?? [];
    const rows = section.split('\n').filter((line) => /^\| (?!subject|---)/.test(line));
    const shown = rows.flatMap((row) => [...row.replace(/;.*/, '').matchAll(/`(\w+)`/g)].map(([, name]) => name));
    expect(shown.toSorted()).toEqual(names.toSorted());
  });
});

describe('the API of contracts', () =>
  it('has the messages and topics of the public API, and few more', () => {
    const names = exportsOf('message.ts');
    expect(names).toEqual(expect.arrayContaining(['Message', 'topic', 'foreignTopic', 'MessageRegistry']));
    expect(names.length).toBeLessThan(20);
  }));
