import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tools/platform/process/paths.js';

/** A record of one version of a message, as `libs/contracts/records` has it. */
export interface GoldenRecord {
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly version: number;
  /** Null for a tombstone. */
  readonly value: Readonly<Record<string, unknown>> | null;
}

const folder = join(root, 'libs/contracts/records');

/** All, by type and version. */
export const goldenRecords: readonly GoldenRecord[] = readdirSync(folder)
  .sort()
  .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as GoldenRecord);

export const goldenRecordsOf = (type: string): readonly GoldenRecord[] =>
  goldenRecords.filter((record) => record.type === type);
