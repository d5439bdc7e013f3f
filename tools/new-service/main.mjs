import { CommandError } from '../platform/preflight/command-error.mjs';
import { installDependencies } from '../platform/preflight/dependencies.mjs';
import { root } from '../checks/run-checks.mjs';

/*
 * npm run new:service <name>: writes a new service of the shop, and its place in the lists of services (docs/guides/add-a-service.md).
 */
const [name, ...more] = process.argv.slice(2);

try {
  if (name === undefined || more.length > 0)
    throw new CommandError('usage: npm run new:service <name>, such as "npm run new:service gift-card"');
  await installDependencies(root);
  const { plan, write } = await import('./generate.mjs');
  const files = await plan(root, name);
  write(root, files);
  const list = (all) => all.map(({ path }) => `  ${path}\n`).join('');
  process.stdout.write(`written:
${list(files.added)}changed:
${list(files.changed)}
The service runs, and passes every check, as it is. Next:
  1. npm run check
  2. npm start -- --once
  3. docs/guides/add-a-service.md: what each file is for, and how to make the example yours
`);
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
