import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { missingPrograms, schemathesis } from './optional-programs.mjs';

const folder = mkdtempSync(join(tmpdir(), 'programs-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a program that only some tests need', () => {
  it('is named when it is missing', () =>
    expect(missingPrograms('.schemathesis.e2e.spec.ts', { PATH: folder })).toEqual([
      '*.schemathesis.e2e.spec.ts is left out: schemathesis is not installed, and SCHEMATHESIS is not set',
    ]));
  it('is found in PATH', () => {
    const file = join(folder, 'schemathesis');
    writeFileSync(file, '');
    expect(schemathesis.path({ PATH: folder })).toBeUndefined(); // it cannot be executed
    chmodSync(file, 0o700);
    expect(schemathesis.path({ PATH: `/missing:${folder}` })).toBe(file);
    expect(missingPrograms('.schemathesis.e2e.spec.ts', { PATH: folder })).toEqual([]);
  });
  it('is the one of its setting', () =>
    expect(schemathesis.path({ PATH: folder, SCHEMATHESIS: '/opt/schemathesis' })).toBe('/opt/schemathesis'));
});
