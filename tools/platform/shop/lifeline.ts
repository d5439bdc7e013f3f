import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { endLeftovers, removeState } from '../process/temporary-folder.js';

/* Waits until its standard input ends, that is, until whoever started it is gone. See hold-lifeline.ts. */
const [, , folder = ''] = process.argv;
process.stdin.resume();
await once(process.stdin, 'close');
if (existsSync(folder)) {
  await endLeftovers(folder);
  removeState(folder);
}
