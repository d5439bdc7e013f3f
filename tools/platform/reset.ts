import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defaultStateDir } from './process/paths.js';
import { endLeftovers, removeState } from './process/temporary-folder.js';
import { ownerOf } from './shop/state-folder.js';

/* Empties the state folder. */
const folder = resolve(process.env['TRADEWIND_STATE'] || defaultStateDir);
const owner = existsSync(folder) ? ownerOf(folder) : undefined;
if (owner !== undefined) {
  process.stderr.write(
    `a shop is running on ${folder} (process ${owner}); stop it with Ctrl-C where it was started, then reset\n`,
  );
  process.exitCode = 1;
} else if (existsSync(folder) && !existsSync(join(folder, 'run'))) {
  process.stderr.write(`${folder} is not the state folder of a shop, so nothing was removed; check TRADEWIND_STATE\n`);
  process.exitCode = 1;
} else {
  if (existsSync(folder)) {
    await endLeftovers(folder);
    removeState(folder);
  }
  process.stdout.write(`${folder} is empty; the next start creates everything again\n`);
  if (process.env['DATABASE_URL'] || process.env['KAFKA_BROKERS'])
    process.stdout.write('the data in DATABASE_URL and KAFKA_BROKERS was not removed\n');
}
