import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

export const folderRule = 'must be a folder that this process can write to, or create';

/** Whether the path is a folder that can be written to, or could be created. */
export const isUsableFolder = (path: unknown): boolean =>
  typeof path === 'string' && path !== '' && isWritable(resolve(path));

function isWritable(path: string): boolean {
  try {
    if (!statSync(path).isDirectory()) return false;
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && path !== dirname(path) && isWritable(dirname(path));
  }
}
