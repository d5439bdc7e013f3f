import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../../tools/platform/process/paths.js';

/*
 * What contenders need and the project does not: fetched once into the cache beside Kafka's jars, by the usual clients, in fixed versions.
 */

const cache = join(root, 'node_modules/.cache/tradewind');
const pom = join(root, 'bench/comparison/debezium/pom.xml');

export const outboxVersion = '0.5.7';
const outboxFolder = join(cache, `comparison/pg-transactional-outbox-${outboxVersion}`);
export const outboxModule = join(outboxFolder, 'node_modules/pg-transactional-outbox/dist/index.js');

export const debeziumVersion = '3.3.1';
export const debeziumJars = join(cache, `comparison/debezium-${debeziumVersion}`);

/** Fetches something into a folder, which appears only when everything is there. Throws when it cannot be fetched. */
function fetchInto(folder: string, command: (draft: string) => readonly [string, ...string[]]): void {
  if (existsSync(folder)) return;
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  try {
    const [program, ...args] = command(draft);
    execFileSync(program, args, { cwd: dirname(draft), stdio: 'pipe' });
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

export const fetchOutboxPackage = (): void =>
  fetchInto(outboxFolder, (draft) => ['npm', 'install', '--prefix', draft, `pg-transactional-outbox@${outboxVersion}`]);

export const fetchDebezium = (): void =>
  fetchInto(debeziumJars, (draft) => [
    ...(['mvn', '-q', '-B', '-f', pom, 'dependency:copy-dependencies'] as const),
    ...['-DincludeScope=runtime', `-DoutputDirectory=${draft}`],
  ]);
