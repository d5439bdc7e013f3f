import { describe, expect, it } from '@jest/globals';
import { folderCycles } from './folder-cycles.mjs';

const module = (source, ...imported) => ({ source, dependencies: imported.map((resolved) => ({ resolved })) });
const cycles = (...modules) => folderCycles(modules, /[.]spec[.]ts$/);

describe('folders', () => {
  it('that import each other are a cycle, with an example of each import', () =>
    expect(
      cycles(
        module('libs/a/src/x/one.ts', 'libs/a/src/y/two.ts', 'libs/a/src/y/three.ts'),
        module('libs/a/src/y/two.ts', 'libs/a/src/x/four.ts'),
      ),
    ).toEqual([
      {
        folders: ['libs/a/src/x', 'libs/a/src/y'],
        imports: ['libs/a/src/x/one.ts → libs/a/src/y/two.ts', 'libs/a/src/y/two.ts → libs/a/src/x/four.ts'],
      },
    ]));

  it('that import each other through a third one are a cycle', () =>
    expect(
      cycles(
        module('tools/a/x.ts', 'tools/b/x.ts'),
        module('tools/b/x.ts', 'tools/c/x.ts'),
        module('tools/c/x.ts', 'tools/a/y.ts'),
        module('tools/d/x.ts', 'tools/a/x.ts'),
      ).map(({ folders }) => folders),
    ).toEqual([['tools/a', 'tools/b', 'tools/c']]));

  it.each([
    ['imports in one direction', [module('libs/a/x.ts', 'libs/b/x.ts'), module('libs/c/x.ts', 'libs/b/x.ts')]],
    ['imports within a folder', [module('libs/a/x.ts', 'libs/a/y.ts'), module('libs/a/y.ts', 'libs/a/x.ts')]],
    [
      'imports from and to a subfolder',
      [module('apps/a/x.ts', 'apps/a/b/x.ts'), module('apps/a/b/x.ts', 'apps/a/y.ts')],
    ],
    ['imports of a spec', [module('libs/a/x.ts', 'libs/b/x.ts'), module('libs/b/x.spec.ts', 'libs/a/x.ts')]],
    [
      'imports of a package',
      [module('libs/a/x.ts', 'node_modules/b/x.js'), module('node_modules/b/x.js', 'libs/a/x.ts')],
    ],
  ])('with %s are no cycle', (_case, modules) => expect(cycles(...modules)).toEqual([]));
});
