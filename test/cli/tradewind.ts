import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tools/platform/process/paths.js';
import { commandBundleOf } from '../../tools/platform/shop/bundle-services.js';

/** Runs the operator's command on the shop whose state is in this folder, and returns its output. Rejects with the output when it fails. */
export function tradewind(stateFolder: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const bundle = commandBundleOf(join(stateFolder, 'bundles'));
    const program = existsSync(bundle) ? bundle : join(root, 'dist/tools/tradewind/main.js');
    execFile(
      process.execPath,
      ['--enable-source-maps', program, ...args, '--state', stateFolder],
      { maxBuffer: 2 ** 26 },
      (error, output, errors) =>
        error
          ? reject(new Error(`tradewind ${args.join(' ')}: ${errors}${output}`, { cause: error }))
          : resolve(output),
    );
  });
}

/** The same with `--json`. */
export async function tradewindJson<T>(stateFolder: string, ...args: readonly string[]): Promise<T> {
  return JSON.parse(await tradewind(stateFolder, ...args, '--json')) as T;
}
