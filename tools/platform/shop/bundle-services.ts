import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { root } from '../process/paths.js';
import { databaseServices, serviceNames, type DatabaseService, type ServiceName } from '../../services.js';

/**
 * Writes each service, and its operations, as one program each, with all packages: Node loads it in a third of the CPU time of its 2,000
 * modules.
 */
export async function bundleServices(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // For packages that are not bundled.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const { build } = await import('esbuild');
  await build({
    entryPoints: Object.fromEntries([
      ...serviceNames.map((name) => [name, join(root, `dist/apps/${name}/src/main.js`)]),
      ...databaseServices.map((name) => [`${name}-operate`, join(root, `dist/apps/${name}/src/operate.js`)]),
    ]),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true, // what is imported on demand stays a file of its own
    format: 'esm',
    platform: 'node',
    target: 'node20',
    keepNames: true, // Nest and TypeORM use the names of classes
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'error',
    banner: {
      js: `import { createRequire as makeRequire } from 'node:module';\nconst require = makeRequire(import.meta.url);`,
    },
    external: ['@node-rs/argon2'], // native
    plugins: [optionalPackages],
  });
}

export const bundleOf = (folder: string, service: ServiceName): string => join(folder, `${service}.mjs`);
export const operationsBundleOf = (folder: string, service: DatabaseService): string =>
  join(folder, `${service}-operate.mjs`);

/** Drivers of TypeORM and transports of Nest that are not installed, and not used. */
const optionalPackages: Plugin = {
  name: 'optional packages',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === optionalPackages || path.startsWith('node:')) return undefined;
      const found = await resolve(path, { ...from, pluginData: optionalPackages });
      return found.errors.length > 0 ? { path, external: true } : found;
    });
  },
};
