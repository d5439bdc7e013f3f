import { describe, expect, it } from '@jest/globals';
import { uncompiledBlocks } from './code-blocks.mjs';

const source = `export const first = 1;

export function second(): number {
  return first + 1;
}
`;
const document = (...code) => [
  { path: 'libs/kernel/src/numbers.ts', text: source },
  { path: 'libs/kernel/src/others.ts', text: 'export const third = 3;\n' },
  {
    path: 'tools/new-service/template/apps/new-service/src/new-service.module.ts.template',
    text: "export const newService = { name: 'new-service' };\n",
  },
  { path: 'README.md', text: ['# Numbers', '', '```ts', ...code, '```', ''].join('\n') },
];

describe('a document', () => {
  it.each([
    ['code that no file contains', ['const fourth = 4;']],
    ['parts in another order', ['return first + 1;', '// …', 'export const first = 1;']],
    ['parts of two files', ['export const first = 1;', '// …', 'export const third = 3;']],
  ])('with %s is reported', (_case, code) =>
    expect(uncompiledBlocks(document(...code))).toEqual([
      expect.stringMatching(/^README\.md:3 shows code that no TypeScript file contains: /),
    ]),
  );

  it.each([
    ['code with other white space', ['export function second(): number { return first + 1; }']],
    ['code of a template, with the name of the example', ["export const review = { name: 'review' };"]],
    ['a part left out', ['export const first = 1;', '  // and so on …', '  return first + 1;']],
  ])('with %s is not reported', (_case, code) => expect(uncompiledBlocks(document(...code))).toEqual([]));

  it('may show commands and other languages', () =>
    expect(uncompiledBlocks([{ path: 'README.md', text: '```sh\nnpm test\n```\n' }])).toEqual([]));
});
