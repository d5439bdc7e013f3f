import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../../tools/platform/process/places.js';
import type { Shop } from '../../../tools/platform/shop/shop.js';

/** The operator's command, as a person at the shop's machine types it. Rejects with what it said when it could not. */
export function tradewind(shop: Shop, ...words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [join(root, 'dist/tools/ops/tradewind.js'), ...words, '--state', shop.state.path],
      { maxBuffer: 2 ** 26 },
      (error, said, complained) =>
        error ? reject(new Error(`${complained}${said}`, { cause: error })) : resolve(said),
    );
  });
}
