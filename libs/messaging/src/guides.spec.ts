import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const here = join(import.meta.dirname, '..');
const examples = readdirSync(join(here, 'example'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(here, 'example', file), 'utf8'))
  .join('\n')
  .replaceAll(/\s/g, '');
const guides = join(here, '../../docs/guides');

const blocks = readdirSync(guides).flatMap((file) =>
  [...readFileSync(join(guides, file), 'utf8').matchAll(/```ts\n([^]*?)\n```/g)].map(([, code]): [string, string] => [
    file,
    code!,
  ]),
);

describe('the guides', () => {
  it.each(blocks)('%s shows code that is compiled: %s', (_, code) =>
    expect(examples).toContain(code.replaceAll(/\s/g, '')),
  );
});
