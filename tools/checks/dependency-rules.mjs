import { tests } from '../../.dependency-cruiser.mjs';
import { cruise, violationsOf } from './dependencies/cruise.mjs';
import { folderCycles } from './dependencies/folder-cycles.mjs';
import { root } from './run-checks.mjs';

/* Checks the rules of .dependency-cruiser.mjs, and that no folders import each other. */
const report = cruise(root);
const problems = [
  ...violationsOf(report),
  ...folderCycles(report.modules, new RegExp(tests.join('|'))).map(
    ({ folders, imports }) =>
      `folder cycle: ${folders.join(', ')}\n${imports.map((example) => `    ${example}`).join('\n')}`,
  ),
];
if (problems.length > 0) {
  process.stdout.write(`${problems.join('\n')}\n${problems.length} dependency problems\n`);
  process.exitCode = 1;
}
