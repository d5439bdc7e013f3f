import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Instance } from '../domain/directory.js';
import type { PublicKey } from '../tokens/known-keys.js';

/** What a gateway knew last: enough to route and to check tokens while the broker is away. Nothing in it is secret. */
export interface Remembered {
  readonly instances: readonly Instance[];
  readonly keys: readonly PublicKey[];
}

export const nothingRemembered: Remembered = { instances: [], keys: [] };

/** The file as it was written last; nothing where there is none. Rejects, naming the file, when it is not one of ours. */
export async function recall(file: string): Promise<Remembered> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return nothingRemembered;
    throw error;
  }
  return parse(text, file);
}

function parse(text: string, file: string): Remembered {
  const unreadable = (): Error =>
    new Error(`INSTANCES_FILE: ${file} is not a file of this gateway; delete it, or name another one`);
  let read: Partial<Remembered> | null;
  try {
    read = JSON.parse(text) as Partial<Remembered> | null;
  } catch {
    throw unreadable();
  }
  const { instances, keys } = read ?? {};
  const texts = (value: object, ...names: readonly string[]): boolean =>
    names.every((name) => typeof (value as Record<string, unknown>)[name] === 'string');
  if (!Array.isArray(instances) || !instances.every((each: Instance) => texts(each, 'instanceId', 'service', 'url')))
    throw unreadable();
  if (!Array.isArray(keys) || !keys.every((each: PublicKey) => texts(each, 'kid', 'publicKey'))) throw unreadable();
  return { instances, keys };
}

/** Replaces the file at once: a reader, or a crash, meets the old one or the new one. */
export async function remember(file: string, known: Remembered): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}.new`;
  await writeFile(fresh, `${JSON.stringify(known, null, 2)}\n`);
  await rename(fresh, file);
}
