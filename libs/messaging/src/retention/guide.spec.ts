import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../../../..');
const example = readFileSync(join(root, 'libs/messaging/example/retention.ts'), 'utf8');
const blocks = [...readFileSync(join(root, 'docs/guides/retention.md'), 'utf8').matchAll(/```ts\n([^]*?)\n```/g)].map(
  ([, code]) => code!,
);

describe('the guide of retention', () => {
  it('shows compiled code', () => {
    expect(blocks).toHaveLength(2);
    for (const block of blocks) expect(example).toContain(block);
  });
});
