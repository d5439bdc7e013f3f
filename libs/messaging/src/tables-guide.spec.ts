import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const here = join(import.meta.dirname, '..');
const example = readFileSync(join(here, 'example/tables.ts'), 'utf8');
const guide = readFileSync(join(here, '../../docs/guides/tables.md'), 'utf8');

describe('the guide to tables', () => {
  it('shows only code of the compiled example', () => {
    const blocks = [...guide.matchAll(/```ts\n([^]*?)\n```/g)].map(([, code]) => code!);
    expect(blocks).toHaveLength(4);
    for (const block of blocks) expect(example).toContain(block);
  });
});
