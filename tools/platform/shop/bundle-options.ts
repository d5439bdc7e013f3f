import { readFileSync } from 'node:fs';
import type { BuildOptions, Plugin } from 'esbuild';
import { root } from '../process/paths.js';

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

/** A bundle may lie anywhere: the root of the repository is written into it. */
const fixedRoot: Plugin = {
  name: 'fixed root',
  setup({ onLoad }) {
    onLoad({ filter: /tools\/platform\/process\/paths\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace('findRoot(import.meta.dirname)', JSON.stringify(root)),
    }));
  },
};

/** How esbuild makes programs of compiled files and their packages. */
export const bundleOptions: BuildOptions = {
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
  external: ['@node-rs/argon2', 'swagger-ui-dist'], // a native module; files that are served
  plugins: [optionalPackages, fixedRoot],
};
