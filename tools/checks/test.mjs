import { prepare } from '../platform/prepare.mjs';
import { checks } from './checks.mjs';
import { jest } from './jest.mjs';
import { runAll } from './tally.mjs';

/* `npm test`: everything, from nothing: installs and builds what is missing, then the checks, then the tests on real parts and on the whole shop. */
await runAll([() => prepare(), ...checks, () => jest('integration'), () => jest('journeys')]);
