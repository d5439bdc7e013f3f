import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { endLeftovers, removeState } from '../process/temporary-folder.js';

/* Waits until its standard input ends, that is, until its parent has ended; then cleans up. See start-reaper.ts. */
const [, , folder = ''] = process.argv;
process.stdin.resume();
await once(process.stdin, 'close');
if (existsSync(folder)) {
  await endLeftovers(folder);
  removeState(folder);
}
