import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../run-checks.mjs';

const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

/** Runs dependency-cruiser with the rules of a repository, and returns its report. */
export function cruise(repository) {
  const sources = ['apps', 'libs', 'tools', 'test', 'bench'].filter((folder) => existsSync(join(repository, folder)));
  const output = execFileSync(process.execPath, [cruiser, '--output-type', 'json', ...sources], {
    cwd: repository,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  return JSON.parse(output);
}

/** The violations of the rules, as sentences. */
export function violationsOf({ summary }) {
  const comments = new Map((summary.ruleSetUsed?.forbidden ?? []).map(({ name, comment }) => [name, comment]));
  return summary.violations.map(({ rule, from, to, cycle }) => {
    const path = cycle ? [from, ...cycle.map(({ name }) => name)].join(' → ') : `${from} → ${to}`;
    return `${rule.name}: ${path}\n    ${comments.get(rule.name) ?? ''}`;
  });
}
