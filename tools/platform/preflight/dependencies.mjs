import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withProgress } from './progress.mjs';
import { CommandError } from './command-error.mjs';
import { run } from './run.mjs';

/** Runs `npm ci` when node_modules is missing or was not made from this package-lock.json. */
export async function installDependencies(root) {
  if (isInstalled(root)) return;
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { code, output } = await withProgress('installing dependencies', () =>
    run(npm, ['ci', '--no-progress'], { cwd: root }),
  );
  if (code === null)
    throw new CommandError('npm is not installed; it comes with Node: install Node from https://nodejs.org');
  if (code !== 0) throw new CommandError(`"npm ci" failed: ${errorsOf(output)}`);
}

/** Compares the lock file with npm's list of the installed packages, which has none for other platforms. */
export function isInstalled(root) {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const locked = packagesOf(join(root, 'package-lock.json'));
  const found = packagesOf(installed);
  return [...locked].every(([path, { version, optional }]) => optional || found.get(path)?.version === version);
}

function packagesOf(file) {
  const { packages } = JSON.parse(readFileSync(file, 'utf8'));
  return new Map(
    Object.entries(packages)
      .filter(([path, entry]) => path.includes('node_modules/') && !entry.link)
      .map(([path, entry]) => [path, { version: entry.version, optional: entry.optional || entry.devOptional }]),
  );
}

function errorsOf(output) {
  const lines = output
    .split('\n')
    .filter((line) => /^npm (error|ERR!)/.test(line) && !/complete log|A complete/.test(line));
  return (
    lines
      .slice(0, 5)
      .map((line) => line.replace(/^npm (error|ERR!) ?/, '').trim())
      .filter(Boolean)
      .join('; ') || output.trim().slice(-300)
  );
}
