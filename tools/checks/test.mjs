import { Refusal } from '../platform/preflight/refusal.mjs';
import { prepare } from '../platform/prepare.mjs';
import { checks } from './checks.mjs';
import { jest } from './jest.mjs';
import { runAll } from './tally.mjs';

/*
 * Installs and builds what is missing, then tests.
 *   npm test                 everything: the checks, then the simulation, the tests on real parts and on the whole shop
 *   npm test -- journeys     only tests of the kinds that are named: pure, simulation, integration, journeys
 */
const kinds = ['pure', 'simulation', 'integration', 'journeys'];
const named = process.argv.slice(2);

function refuseUnknown() {
  const unknown = named.find((kind) => !kinds.includes(kind));
  if (unknown !== undefined)
    throw new Refusal(`there are no tests of the kind "${unknown}"; there are ${kinds.join(', ')}`);
}

const everything = [...checks, () => jest('simulation'), () => jest('integration'), () => jest('journeys')];
await runAll([
  refuseUnknown,
  () => prepare(),
  ...(named.length > 0 ? named.map((kind) => () => jest(kind)) : everything),
]);
