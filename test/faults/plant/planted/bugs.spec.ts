import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../../../../tools/platform/process/places.js';
import { altered } from '../alteration.js';
import { bugs } from './bugs.js';

const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

describe.each(bugs.map((bug) => [bug.name, bug] as const))(
  'the bug "%s"',
  (name, { changes, scenario: { settings = [] } }) => {
    const all = [...changes, ...settings];
    it.each([...new Set(all.map(({ file }) => file))])('has its place in %s', (file) => {
      expect(altered({ name, changes: all }, file, textOf(file))).not.toBe(textOf(file));
    });
    it.each([...new Set(all.map(({ file }) => file))])('is a program in %s', (file) => {
      const { status, stderr } = spawnSync(process.execPath, ['--check', '--input-type=module', '-'], {
        input: altered({ name, changes: all }, file, textOf(file)),
        encoding: 'utf8',
      });
      expect([status, stderr]).toEqual([0, '']);
    });
  },
);
