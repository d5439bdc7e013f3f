import { describe, expect, it } from '@jest/globals';
import { findOldWords, partsOf } from './words/find-old-words.mjs';
import { identifiersOf } from './words/identifiers.mjs';
import { allowedWords, oldWords } from './words/old-words.mjs';

const words = [
  { word: 'say', instead: 'publish' },
  { word: 'sayAgain', instead: 'republish' },
  { word: 'lane', instead: 'ordering key', inDocuments: true },
  { word: '--full-speed', instead: '--no-throttle', inDocuments: true },
];
const found = (path, text = '', allowed = []) =>
  findOldWords([{ path, text }], words, allowed).map(({ line, name, word }) => [line, name, word]);

describe('an old word', () => {
  it.each([
    ['a function', 'export function sayAll(): void {}', 'sayAll'],
    ['a constant in capitals', 'const MAX_LANE = 1;', 'MAX_LANE'],
    ['a type', 'interface LaneRow {}', 'LaneRow'],
    ['a private member', 'class A { #lane = 1; }', '#lane'],
    ['a parameter', 'run((lane) => 1);', 'lane'],
    ['a property', 'const a = { lane: 1 };', 'lane'],
    ['a label at the end of a name', 'let emptyLane;', 'emptyLane'],
    ['an expression in a template', 'const a = `${lane}`;', 'lane'],
    ['code after a regular expression', "const a = /'/; let lane;", 'lane'],
    ['code after a division', 'const a = b / 2; let lane; // c / d', 'lane'],
  ])('is found in %s', (_case, text, name) =>
    expect(found('libs/saga/src/advance.ts', text).map((each) => each[1])).toEqual([name]),
  );

  it('is found with its line', () => expect(found('a.ts', 'const a = 1;\n\nlet lane;')).toEqual([[3, 'lane', 'lane']]));
  it('is found in the name of a file', () =>
    expect(found('libs/saga/src/lane.spec.ts')).toEqual([[0, 'libs/saga/src/lane.spec.ts', 'lane']]));
  it('is found once in the name of a folder', () =>
    expect(
      findOldWords(
        ['say/a.ts', 'say/b.ts'].map((path) => ({ path, text: '' })),
        words,
      ),
    ).toEqual([{ path: 'say/a.ts', line: 0, name: 'say', word: 'say', instead: 'publish' }]));

  it.each(['README.md', 'docs/adr/0001-kafka.md', 'libs/saga/README.md', 'apps/order/README.md', 'bench/README.md'])(
    'is found in %s',
    (path) =>
      expect(found(path, 'Text.\nA lane, or `--full-speed`.')).toEqual([
        [2, 'lane', 'lane'],
        [2, '--full-speed', '--full-speed'],
      ]),
  );
  it.each(['test/faults/README.md', 'tools/platform/README.md', 'tools/shop/data/README.md'])(
    'is found in %s',
    (path) => expect(found(path, 'Lane')).toEqual([[1, 'Lane', 'lane']]),
  );

  it.each([
    ['a comment', '// a lane\n/* say */'],
    ['a string', 'const a = \'lane\' + "say" + `lane ${1} say`;'],
    ['a regular expression', 'const a = /lane/; f(/say[/]/g);'],
    ['a longer word', 'let essay; let planes; let lanes2; const airplane = 1;'],
  ])('is not found in %s', (_case, text) => expect(found('a.ts', text)).toEqual([]));
  it('that is common English is not searched in documents', () =>
    expect(found('README.md', 'They say so.')).toEqual([]));
  it('is not found in other documents', () => expect(found('libs/saga/notes.md', 'A lane.')).toEqual([]));
  it('is accepted where it is allowed', () =>
    expect(found('a.ts', 'let lane; let say;', [{ word: 'lane', in: /^a/, reason: 'a road' }])).toEqual([
      [1, 'say', 'say'],
    ]));
});

describe('a name', () => {
  it.each([
    ['toldLog', ['told', 'log']],
    ['#sayAll', ['say', 'all']],
    ['MAX_LANES', ['max', 'lanes']],
    ['parseURLOf', ['parse', 'url', 'of']],
    ['parked-lanes.int.spec.ts', ['parked', 'lanes', 'int', 'spec', 'ts']],
  ])('%s has parts', (name, parts) => expect(partsOf(name)).toEqual(parts));
});

describe('a text', () => {
  const names = (text) => identifiersOf(text).map(({ name }) => name);
  it('with nested templates has the identifiers of all expressions', () =>
    expect(names('`a ${b({ c: `d ${e}` })} f` + g')).toEqual(['b', 'c', 'e', 'g']));
  it('with escaped quotes has none of the string', () => expect(names("'a\\'b' + c")).toEqual(['c']));
  it('with a division after a bracket has both operands', () => expect(names('(a) / b / c')).toEqual(['a', 'b', 'c']));
});

describe('the list', () => {
  it('has each word once', () => {
    const all = oldWords.map(({ word }) => word.toLowerCase());
    expect(all.filter((word, at) => all.indexOf(word) !== at)).toEqual([]);
  });
  it('has a reason for every exception', () => {
    expect(allowedWords.filter(({ reason }) => reason.length < 10)).toEqual([]);
    expect(allowedWords.filter(({ word }) => !oldWords.some((old) => old.word === word))).toEqual([]);
  });
});
