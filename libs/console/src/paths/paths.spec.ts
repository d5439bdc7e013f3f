import { expect, it } from '@jest/globals';
import { matchPath, pathOf } from './paths.js';

it.each([
  ['/', '/', {}],
  ['/dead-letters', '/dead-letters/', {}],
  ['/dead-letters/:group', '/dead-letters/a%2Fb', { group: 'a/b' }],
  ['/dead-letters/:group?', '/dead-letters', {}],
])('%s matches %s', (pattern, path, params) => expect(matchPath(pattern, path)).toEqual(params));

it.each([
  ['/', '/dead-letters'],
  ['/dead-letters/:group', '/dead-letters'],
  ['/dead-letters', '/dead-letters/a'],
  ['/dead-letters/:group', '/dead-letters/%E0%A4%A'],
])('%s does not match %s', (pattern, path) => expect(matchPath(pattern, path)).toBeUndefined());

it('a path of ids matches again', () =>
  expect(matchPath('/sagas/:id', pathOf('sagas', 'place-order:a/b?c'))).toEqual({ id: 'place-order:a/b?c' }));
