import { readFile } from 'node:fs/promises';
import type { LastAudit } from '@tradewind/console';

/** The verdict that `npm run audit` has kept in a file; undefined before the first audit. */
export async function readVerdict(file: string): Promise<LastAudit | undefined> {
  try {
    const { at, clean, text } = JSON.parse(await readFile(file, 'utf8')) as LastAudit & { readonly at: string };
    return { at: new Date(at), clean, text };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
