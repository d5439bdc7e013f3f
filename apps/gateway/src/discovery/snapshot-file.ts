import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isHttpOrigin } from '@tradewind/kernel';
import type { Instance } from '../domain/instance-directory.js';
import type { SignedKey } from '../tokens/in-memory-key-ring.js';

/** The last known instances and keys: enough to route and to verify tokens without the broker. Contains no secrets. */
export interface Snapshot {
  readonly instances: readonly Instance[];
  readonly keys: readonly SignedKey[];
}

export const emptySnapshot: Snapshot = { instances: [], keys: [] };

/** The last snapshot; empty without a file. Rejects, naming the file, if it is not a snapshot. */
export async function readSnapshot(file: string): Promise<Snapshot> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return emptySnapshot;
    throw error;
  }
  return parse(text, file);
}

function parse(text: string, file: string): Snapshot {
  const invalid = (): Error =>
    new Error(`INSTANCES_FILE: ${file} is not a snapshot of the gateway; delete it, or set another file`);
  let read: Partial<Snapshot> | null;
  try {
    read = JSON.parse(text) as Partial<Snapshot> | null;
  } catch {
    throw invalid();
  }
  const { instances, keys } = read ?? {};
  const hasStrings = (value: object, ...names: readonly string[]): boolean =>
    names.every((name) => typeof (value as Record<string, unknown>)[name] === 'string');
  if (
    !Array.isArray(instances) ||
    !instances.every((each: Instance) => hasStrings(each, 'instanceId', 'service', 'url') && isHttpOrigin(each.url))
  )
    throw invalid();
  const keyFields = ['kid', 'publicKey', 'notBefore', 'notAfter', 'signature'] as const;
  if (!Array.isArray(keys) || !keys.every((each: SignedKey) => hasStrings(each, ...keyFields))) throw invalid();
  return { instances, keys };
}

/** Replaces the file atomically. Only the account of the gateway may read it: it has the addresses of all services. */
export async function writeSnapshot(file: string, known: Snapshot): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.new`;
  await writeFile(temporary, `${JSON.stringify(known, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, file);
}
