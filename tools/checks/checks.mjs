import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from './jest.mjs';
import { stage } from './stage.mjs';
import { root } from './tally.mjs';

const sources = ['apps', 'libs', 'tools', 'test', 'bench'].filter((folder) => existsSync(join(root, folder)));

/** The fast part: what needs neither Kafka nor PostgreSQL. */
export const checks = [
  () => stage('type check', 'node_modules/typescript/bin/tsc', '-b'),
  () => stage('lint', 'node_modules/eslint/bin/eslint.js', '.'),
  () =>
    stage(
      'dependency rules',
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      '--output-type',
      'err-long',
      ...sources,
    ),
  () => stage('message schemas', 'tools/checks/schemas.mjs'),
  () => stage('house rules', 'tools/checks/house-rules.mjs'),
  () => jest('pure'),
];
