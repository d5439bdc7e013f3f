import { installDependencies } from '../platform/preflight/dependencies.mjs';
import { checkNode } from '../platform/preflight/requirements.mjs';
import { checks } from './checks.mjs';
import { root, runAll } from './run-checks.mjs';

/* `npm run check`: the fast checks, in less than 90 seconds. */
await runAll([() => checkNode(), () => installDependencies(root), ...checks]);
