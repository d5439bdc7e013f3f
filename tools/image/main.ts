import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../platform/process/paths.js';
import { bundleOptions } from '../platform/shop/bundle-options.js';
import { imagePrograms } from './programs.js';

/**
 * Writes what the image runs into a folder: each program with its packages, at the place of the compiled file, and what programs read.
 *   node dist/tools/image/main.js FOLDER
 */
const [, , folder] = process.argv;
if (!folder) throw new Error('name the folder to write: node dist/tools/image/main.js FOLDER');

const dist = join(root, 'dist');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
await build({
  ...bundleOptions,
  entryPoints: imagePrograms(dist).map((program) => join(dist, program)),
  outbase: dist,
  outdir: join(folder, 'dist'),
  sourcemap: false,
});
// Programs find their root by the lock file, and the traded data from there.
for (const path of ['package-lock.json', 'tools/shop/data'])
  cpSync(join(root, path), join(folder, path), { recursive: true });
writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }\n');
// What is not part of the programs: a native module, and the files of /docs.
const installed = ['@node-rs', 'swagger-ui-dist'];
for (const name of installed)
  cpSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), {
    recursive: true,
    filter: (path) => !path.endsWith('.map'),
  });
