import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { root } from '../process/paths.js';
import {
  applications,
  databaseServices,
  serviceNames,
  type DatabaseService,
  type ServiceName,
} from '../../services.js';
import { bundleOptions } from './bundle-options.js';
import type { ApplicationName } from './processes.js';

/**
 * Writes each service and application, the operations of services, and the operator's command as one program each, with all packages: Node loads it in a third of the
 * CPU time of its 2,000 modules. Programs of the same compiled files are linked from the last time.
 */
export async function bundleServices(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const built = join(root, '.cache/bundles', compiledState());
  if (!existsSync(built)) await build(built);
  cpLinked(built, folder);
  // For packages that are not bundled.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
}

/** A hash of names, sizes and times of everything that a bundle is made of. */
function compiledState(): string {
  const hash = createHash('sha256').update(`${process.version} ${statSync(join(root, 'package-lock.json')).mtimeMs}`);
  const libraries = readdirSync(join(root, 'libs')).map((name) => `libs/${name}/dist`);
  for (const folder of ['dist/apps', 'dist/tools', ...libraries].map((each) => join(root, each))) {
    if (!existsSync(folder)) continue; // a library that is imported by tests only
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted())
      if (file.endsWith('.js')) {
        const { size, mtimeMs } = statSync(join(folder, file));
        hash.update(`${folder}/${file} ${size} ${mtimeMs}\n`);
      }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Builds beside the target and renames it, because other shops may start at the same time. Only the last bundles are kept. */
async function build(target: string): Promise<void> {
  const parent = dirname(target);
  mkdirSync(parent, { recursive: true });
  const building = mkdtempSync(`${target}.`);
  const esbuild = await import('esbuild');
  await esbuild.build({
    entryPoints: Object.fromEntries([
      ...[...serviceNames, ...applications.map(({ name }) => name)].map((name) => [
        name,
        join(root, `dist/apps/${name}/src/main.js`),
      ]),
      ...databaseServices.map((name) => [`${name}-operate`, join(root, `dist/apps/${name}/src/operate.js`)]),
      ['tradewind', join(root, 'dist/tools/tradewind/main.js')],
    ]),
    outdir: building,
    outExtension: { '.js': '.mjs' },
    ...bundleOptions,
  });
  const others = readdirSync(parent).filter((name) => /^[0-9a-f]{16}$/.test(name));
  try {
    renameSync(building, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
    rmSync(building, { recursive: true }); // another process was faster
  }
  for (const name of others)
    if (name !== basename(target)) rmSync(join(parent, name), { recursive: true, force: true });
}

/** Copies the folder without its content: the files have two names. */
function cpLinked(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from))
    try {
      linkSync(join(from, name), join(to, name));
    } catch {
      copyFileSync(join(from, name), join(to, name)); // on another file system
    }
}

export const bundleOf = (folder: string, program: ServiceName | ApplicationName): string =>
  join(folder, `${program}.mjs`);
export const commandBundleOf = (folder: string): string => join(folder, 'tradewind.mjs');
export const operationsBundleOf = (folder: string, service: DatabaseService): string =>
  join(folder, `${service}-operate.mjs`);
