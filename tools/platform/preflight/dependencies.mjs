import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withProgress } from './progress.mjs';
import { Refusal } from './refusal.mjs';
import { run } from './run.mjs';

/** Runs `npm ci` when node_modules is missing or was not made from this package-lock.json. */
export async function installDependencies(root) {
  if (isInstalled(root)) return;
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { code, output } = await withProgress('installing dependencies', () =>
    run(npm, ['ci', '--no-progress'], { cwd: root }),
  );
  if (code === null) throw new Refusal('npm is not there; it comes with Node: install Node from https://nodejs.org');
  if (code !== 0) throw new Refusal(`"npm ci" failed: ${errorsOf(output)}`);
}

/** npm writes down at its end what it installed; packages for other platforms are not in that list. */
export function isInstalled(root) {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const found = packagesOf(installed);
  return [...wanted].every(([path, { version, optional }]) => optional || found.get(path)?.version === version);
}

function packagesOf(file) {
  const { packages } = JSON.parse(readFileSync(file, 'utf8'));
  return new Map(
    Object.entries(packages)
      .filter(([path, about]) => path.includes('node_modules/') && !about.link)
      .map(([path, about]) => [path, { version: about.version, optional: about.optional || about.devOptional }]),
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
