import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const here = join(import.meta.dirname, '..');
const example = readFileSync(join(here, 'example/tickets.ts'), 'utf8');
const blocks = [...readFileSync(join(here, 'README.md'), 'utf8').matchAll(/```ts\n([^]*?)\n```/g)].map(
  ([, code]) => code!,
);

describe('the README of the library', () => {
  it('contains the whole compiled example', () => {
    const shown = blocks.filter((block) => example.includes(block)).join('');
    expect(shown.replaceAll(/\s/g, '')).toBe(example.replaceAll(/\s/g, ''));
  });
});
