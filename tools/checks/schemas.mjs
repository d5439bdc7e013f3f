import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contracts } from '@tradewind/contracts';
import { review, schemasOf } from '@tradewind/contracts/schema';
import { root } from './run-checks.mjs';

/*
 * Compares the messages with their committed schemas. Fails for a change that would break consumers.
 *   node tools/checks/schemas.mjs           fails when a schema does not match its class
 *   node tools/checks/schemas.mjs --write   writes the schemas, unless a change would break consumers
 */
const folder = join(root, 'libs/contracts/schemas');
mkdirSync(folder, { recursive: true });
const committed = new Map(
  readdirSync(folder).map((file) => [file, JSON.parse(readFileSync(join(folder, file), 'utf8'))]),
);
const current = schemasOf(contracts);
const { breaks, outdated } = review(committed, current);

if (breaks.length > 0) {
  process.stderr.write(`These changes would break the consumers of the messages:\n\n${breaks.join('\n\n')}\n`);
  process.exitCode = 1;
} else if (process.argv.includes('--write')) {
  for (const file of outdated) writeFileSync(join(folder, file), `${JSON.stringify(current.get(file), null, 2)}\n`);
  process.stdout.write(`${outdated.length} of ${current.size} schemas written\n`);
} else if (outdated.length > 0) {
  process.stderr.write(
    `These schemas do not match their classes; run "npm run schemas" and commit them:\n${outdated.map((file) => `  libs/contracts/schemas/${file}`).join('\n')}\n`,
  );
  process.exitCode = 1;
}
