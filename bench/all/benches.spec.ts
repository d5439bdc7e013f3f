import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { benches } from './benches.js';

const root = join(import.meta.dirname, '../..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

describe('the list of benches', () => {
  it('has every bench script of npm', () => {
    const commands = Object.keys(scripts).filter((name) => name.startsWith('bench:'));
    expect(benches.map(({ name }) => `bench:${name}`).toSorted()).toEqual(commands.toSorted());
  });
  it.each(benches.map(({ name }) => name))('starts the same program for %s as npm', (name) => {
    expect(scripts[`bench:${name}`]).toBe(`node tools/platform/prepare.mjs --then dist/bench/${name}/main.js`);
    expect(existsSync(join(root, `bench/${name}/main.ts`))).toBe(true);
  });
});
