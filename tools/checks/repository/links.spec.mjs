import { describe, expect, it } from '@jest/globals';
import { brokenLinks } from './links.mjs';

const tree = (text) => [
  { path: 'docs/tour.md', text },
  { path: 'docs/operations.md', text: '# Operations\n\n## More `partitions`, later\n' },
  { path: 'apps/order/src/main.ts', text: '' },
];

describe('a document', () => {
  it.each([
    ['a link to a missing file', '[order](../apps/order/src/order.ts)'],
    ['a link to a missing heading', '[more](operations.md#fewer-partitions)'],
    ['a link to a missing heading of its own', '[below](#below)'],
    ['the path of a missing file', 'see `apps/order/src/order.ts`'],
  ])('with %s is reported', (_case, text) =>
    expect(brokenLinks(tree(text))).toEqual([
      expect.stringMatching(/^docs\/tour\.md:1 names .*, which does not exist$/),
    ]),
  );

  it.each([
    [
      'links to files, folders, headings and other sites',
      '# A\n[a](../apps/order) [b](operations.md#more-partitions-later) [c](#a) [d](https://x.y/z)',
    ],
    [
      'paths of files and patterns',
      '`apps/order/src/main.ts`, `docs/operations.md`, `apps/<service>/src`, `test/**/*.ts`',
    ],
    ['links in code', '```ts\na[0](b.ts)\n```'],
  ])('with %s is not reported', (_case, text) => expect(brokenLinks(tree(text))).toEqual([]));
});
