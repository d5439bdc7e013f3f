import { jest } from './jest.mjs';
import { programCheck } from './program-check.mjs';
import { concurrently } from './run-checks.mjs';

const cache = '.cache'; // in .gitignore; a fresh checkout has none

/** The fast checks: those without Kafka and PostgreSQL. The checks of the first sequence use the compiled files of the type check. */
export const checks = [
  concurrently(
    [
      programCheck('type check', 'node_modules/typescript/bin/tsc', '-b'),
      programCheck('message schemas', 'tools/checks/schemas.mjs'),
      programCheck('repository rules', 'tools/checks/repository-rules.mjs'),
    ],
    [
      programCheck('words', 'tools/checks/words.mjs'),
      programCheck(
        'format',
        'node_modules/prettier/bin/prettier.cjs',
        ...['--check', '.', '--log-level', 'warn'],
        ...['--cache', '--cache-strategy', 'content', '--cache-location', `${cache}/prettier`],
      ),
      programCheck('dependency rules', 'tools/checks/dependency-rules.mjs'),
      programCheck(
        'lint',
        'node_modules/eslint/bin/eslint.js',
        ...['.', '--cache', '--cache-strategy', 'content', '--cache-location', `${cache}/eslint/`],
      ),
    ],
  ),
  () => jest('pure'),
];
