import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { containerImage } from '../../tools/checks/optional-programs.mjs';
import { programRuns, type ProgramRun } from './program-runs.js';

/*
 * Runs each program in the image that was built last (`docker compose build`), confined as docker-compose.yml confines it. jest.config.js
 * leaves this file out where there is no container engine, or no image.
 */
const image = containerImage.path() ?? '';
const confined = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--network', 'none'];

const run = ({ program, args = [] }: ProgramRun): Promise<{ code: number; output: string }> =>
  new Promise((resolve) =>
    execFile('docker', ['run', '--rm', ...confined, image, 'node', `dist/${program}`, ...args], (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, output: out + err }),
    ),
  );

describe('the image', () => {
  it.each(programRuns)('runs $program', async (each) => {
    const { code, output } = await run(each);
    expect(output).toMatch(each.output);
    expect(code).toBe(each.code);
  });
  it('runs as a user who is not root, and has no package manager', async () => {
    const ask = (script: string) => promisify(execFile)('docker', ['run', '--rm', image, 'bash', '-c', script]);
    expect((await ask('id -u; command -v npm || true')).stdout).toBe('1000\n');
  });
  it('is at most 250 MB', async () => {
    const { stdout } = await promisify(execFile)('docker', ['image', 'inspect', '-f', '{{.Size}}', image]);
    expect(Number(stdout)).toBeLessThanOrEqual(250e6);
  });
});
