import { CommandError } from '../platform/preflight/command-error.mjs';
import { prepare } from '../platform/prepare.mjs';
import { checks } from './checks.mjs';
import { jest } from './jest.mjs';
import { programCheck } from './program-check.mjs';
import { concurrently, runAll } from './run-checks.mjs';

/*
 * Installs and compiles what is missing, then tests.
 *   npm test                 everything: the checks, the API reference, the simulation, the tests on real Kafka and PostgreSQL, and on the whole shop
 *   npm test -- journeys     only tests of the given kinds: pure, simulation, integration, journeys
 */
const kinds = ['pure', 'simulation', 'integration', 'journeys'];
const selected = process.argv.slice(2);

function rejectUnknown() {
  const unknown = selected.find((kind) => !kinds.includes(kind));
  if (unknown !== undefined) throw new CommandError(`there are no tests "${unknown}"; there are ${kinds.join(', ')}`);
}

const apiReference = programCheck(
  'API reference',
  'node_modules/typedoc/bin/typedoc',
  '--options',
  'docs/typedoc.json',
  '--emit',
  'none',
);
const everything = [
  ...checks,
  // The simulation only computes, and the tests on real Kafka and PostgreSQL mostly wait.
  concurrently([apiReference, () => jest('simulation', { workers: 1 })], [() => jest('integration')]),
  () => jest('journeys'),
];
await runAll([
  rejectUnknown,
  () => prepare(),
  ...(selected.length > 0 ? selected.map((kind) => () => jest(kind)) : everything),
]);
