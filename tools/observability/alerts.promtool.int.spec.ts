import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { promtool } from '../checks/optional-programs.mjs';
import { root } from '../platform/process/paths.js';

const folder = join(root, 'deploy/observability');
const run = (...args: readonly string[]) => promisify(execFile)(promtool.path()!, args, { cwd: folder });

it('every alert fires for its example, and is quiet while all is well', async () => {
  expect((await run('check', 'rules', 'alerts.yml')).stdout).toContain('SUCCESS');
  expect((await run('test', 'rules', 'alerts.test.yml')).stdout).toContain('SUCCESS');
});
