import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

/* The command with one fault and two contenders, in `npm run test:long`. */
const main = join(import.meta.dirname, '../../dist/bench/comparison/main.js');

describe('a comparison with repeated records', () => {
  it('finds that the library skips them and that Nest handles them again', async () => {
    const args = [main, '--only', 'repeated', '--contenders', 'transactional,decision,nest'];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toContain('repeated, transactional: ✓');
    expect(stdout).toContain('repeated, decision: ✓');
    expect(stdout).toMatch(/repeated, nest: \d+ \*\*doubled\*\*/);
  }, 240_000);
});
