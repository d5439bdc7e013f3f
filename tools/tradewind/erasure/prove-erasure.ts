import { createHash } from 'node:crypto';
import { OperatorError } from '@tradewind/operations';
import type { KafkaClient } from '@tradewind/messaging';
import { databaseServices, type DatabaseService } from '../../services.js';
import { forgottenAt, searchDatabase } from './search-databases.js';
import { searchFiles } from './search-files.js';
import { readKeyRecords, searchTopics } from './search-topics.js';
import { traceOf, type Finding } from './traces.js';

/** What was searched, what was found, and a hash over all of it. */
export interface Receipt {
  readonly userId: string;
  readonly forgottenAt: string;
  readonly provedAt: string;
  readonly erased: boolean;
  readonly findings: readonly Finding[];
  /** Records of the wrapped key that the broker has not compacted away yet: they open nothing without DATA_KEY_SECRET, and go within two days. */
  readonly keyRecordsLeft: number;
  /** Rows with texts that only the destroyed key unseals. */
  readonly sealedRows: number;
  readonly searched: {
    readonly texts: number;
    readonly databases: number;
    readonly tables: number;
    readonly records: number;
    readonly files: number;
  };
  /** SHA-256 of the JSON of everything above. */
  readonly hash: string;
}

export interface Proof {
  readonly userId: string;
  readonly databases: Readonly<Record<DatabaseService, string>>;
  readonly kafka: KafkaClient;
  readonly logFolder: string;
  /** Clear texts of the person, such as name and e-mail address. */
  readonly texts: readonly string[];
  readonly now: Date;
}

const shortest = 4;

/** Searches everything that the shop has written. Throws an OperatorError for a person who was not forgotten. */
export async function proveErasure({ userId, databases, kafka, logFolder, texts, now }: Proof): Promise<Receipt> {
  const at = await forgottenAt(databases.user, userId);
  if (at === null) throw new OperatorError(`there is no account with the id ${userId}`);
  if (at === undefined) throw new OperatorError(`the account ${userId} is active: DELETE /users/me forgets its person`);
  const short = texts.find((text) => text.length < shortest);
  if (short !== undefined)
    throw new OperatorError(
      `a text of the person must have at least ${shortest} characters, or it is found everywhere`,
    );
  const keys = await readKeyRecords(kafka, userId);
  const traces = [
    ...texts.map((text, index) => traceOf(`text ${index + 1}`, text)),
    ...keys.wrappedKeys.map((key) => traceOf('the wrapped data key', key)),
  ];
  const findings: Finding[] = keys.destroyed
    ? []
    : [{ what: 'no tombstone after the data key', where: 'topic user.data-keys', count: 1 }];
  let [tables, sealedRows] = [0, 0];
  for (const service of databaseServices) {
    const found = await searchDatabase(service, databases[service], userId, traces);
    findings.push(...found.findings);
    tables += found.tables;
    sealedRows += found.sealed;
  }
  const onTopics = await searchTopics(kafka, traces);
  const inFiles = await searchFiles(logFolder, traces);
  findings.push(...onTopics.findings, ...inFiles.findings);
  const receipt = {
    userId,
    forgottenAt: at.toISOString(),
    provedAt: now.toISOString(),
    erased: findings.length === 0,
    findings,
    keyRecordsLeft: keys.wrappedKeys.length,
    sealedRows,
    searched: {
      texts: texts.length,
      databases: databaseServices.length,
      tables,
      records: onTopics.records,
      files: inFiles.files,
    },
  };
  return { ...receipt, hash: hashOf(receipt) };
}

export const hashOf = (receipt: Omit<Receipt, 'hash'>): string =>
  createHash('sha256').update(JSON.stringify(receipt)).digest('hex');
