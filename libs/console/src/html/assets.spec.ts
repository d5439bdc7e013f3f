import { Script } from 'node:vm';
import { expect, it } from '@jest/globals';
import { script } from './script.js';
import { stylesheet } from './styles/index.js';

it('the script is JavaScript', () => expect(() => new Script(script)).not.toThrow());

it('the stylesheet closes what it opens, and loads nothing', () => {
  expect(stylesheet.match(/\{/g)?.length).toBe(stylesheet.match(/\}/g)?.length);
  expect(stylesheet).not.toMatch(/url\(|@import/);
});

it('every colour of the dark theme has one in the light theme', () => {
  const [light = '', dark = ''] = stylesheet.split('@media (prefers-color-scheme: dark)');
  const names = (text: string): string[] => [...text.split('* {')[0]!.matchAll(/--[\w-]+(?=:)/g)].map(String);
  expect(names(dark).filter((name) => !names(light).includes(name))).toEqual([]);
  expect(names(dark)).toHaveLength(19);
});
