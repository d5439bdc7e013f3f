import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../../../tools/platform/process/paths.js';
import { applyPatch } from '../injection/patch.js';
import { bugs } from './bugs.js';

const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

describe.each(bugs.map((bug) => [bug.name, bug] as const))(
  'the planted bug "%s"',
  (name, { changes, scenario: { settings = [] } }) => {
    const all = [...changes, ...settings];
    it.each([...new Set(all.map(({ file }) => file))])('can be planted in %s', (file) => {
      expect(applyPatch({ name, changes: all }, file, textOf(file))).not.toBe(textOf(file));
    });
    it.each([...new Set(all.map(({ file }) => file))])('leaves a valid program in %s', (file) => {
      const { status, stderr } = spawnSync(process.execPath, ['--check', '--input-type=module', '-'], {
        input: applyPatch({ name, changes: all }, file, textOf(file)),
        encoding: 'utf8',
      });
      expect([status, stderr]).toEqual([0, '']);
    });
  },
);
