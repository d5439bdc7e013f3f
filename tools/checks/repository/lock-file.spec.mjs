import { describe, expect, it } from '@jest/globals';
import { installScriptProblems, lockFileProblems } from './lock-file.mjs';

const sound = { version: '1.0.0', integrity: 'sha512-abc', license: 'MIT' };
const problemsOf = (entry, lockfileVersion = 3) =>
  lockFileProblems({
    lockfileVersion,
    packages: {
      '': {},
      'libs/kernel': { version: '0.1.0' },
      'node_modules/@tradewind/kernel': { link: true },
      'node_modules/a/node_modules/@b/c': entry,
    },
  });

describe('a package of package-lock.json', () => {
  it('that is verified and free may be installed', () => expect(problemsOf(sound)).toEqual([]));

  it.each([
    ['without integrity', { integrity: undefined }, '@b/c has no integrity'],
    ['with a weak integrity', { integrity: 'sha1-abc' }, '@b/c has no integrity'],
    ['of a git repository', { resolved: 'git+ssh://git@host.example/c.git#1' }, '@b/c does not come from the registry'],
    ['of an address', { resolved: 'https://host.example/c.tgz' }, '@b/c does not come from the registry'],
    ['without a licence', { license: undefined }, 'the licence none'],
    ['with another licence', { license: 'GPL-3.0-only' }, 'the licence GPL-3.0-only'],
    ['with one licence too many', { license: 'MIT AND GPL-3.0-only' }, 'the licence MIT AND GPL-3.0-only'],
  ])('%s is reported', (_, change, text) =>
    expect(problemsOf({ ...sound, ...change })).toEqual([expect.stringContaining(text)]),
  );

  it('in a file of another form is reported', () => expect(problemsOf(sound, 2)).toHaveLength(1));
});

describe('install scripts', () => {
  it('are off', () => expect(installScriptProblems('audit=false\nignore-scripts=true\n')).toEqual([]));
  it('that are on are reported', () => expect(installScriptProblems('ignore-scripts=false\n')).toHaveLength(1));
});
