import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../tools/platform/process/paths.js';

const run = promisify(execFile);

/** The libraries that other teams install, without those that only jest can import. */
export const libraries = ['kernel', 'saga', 'messaging', 'operations', 'console', 'simulation'] as const;

export interface Packed {
  readonly name: string;
  /** The archive. */
  readonly file: string;
  readonly files: readonly { readonly path: string }[];
}

export async function pack(folder: string): Promise<readonly Packed[]> {
  const args = ['pack', ...libraries.map((name) => `./libs/${name}`), '--json', '--pack-destination', folder];
  const { stdout } = await run('npm', args, { cwd: root });
  const packed = JSON.parse(stdout) as readonly (Packed & { readonly filename: string })[];
  return packed.map((each) => ({ ...each, file: join(folder, each.filename) }));
}

export type Versions = Readonly<Record<string, string>>;

interface Manifest {
  readonly dependencies: Versions;
  readonly devDependencies: Versions;
  readonly peerDependencies: Versions;
  readonly exports: object;
}
export const manifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** The versions that this repository is developed with. */
export const current: Versions = { ...manifest(root).devDependencies, ...manifest(root).dependencies };

/** The lowest versions that the libraries allow. */
export const lowest: Versions = Object.fromEntries(
  Object.entries(manifest(join(root, 'libs/messaging')).peerDependencies).map(([name, range]) => [
    name,
    /\d+\.\d+\.\d+/.exec(range)![0],
  ]),
);
