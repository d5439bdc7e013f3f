import { jest } from './jest.mjs';
import { stage } from './stage.mjs';

/** The fast part: what needs neither Kafka nor PostgreSQL. */
export const checks = [
  () => stage('type check', 'node_modules/typescript/bin/tsc', '-b'),
  () => jest('pure'),
];
