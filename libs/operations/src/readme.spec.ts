import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const folder = join(import.meta.dirname, '..');
const example = readFileSync(join(folder, 'example/operations.ts'), 'utf8').replaceAll(/\s/g, '');
const blocks = [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/```ts\n([^]*?)\n```/g)].map(
  ([, code = '']) => code,
);

describe('the README of the library', () => {
  it.each(blocks)('shows code that is compiled: %s', (code) => expect(example).toContain(code.replaceAll(/\s/g, '')));
});
