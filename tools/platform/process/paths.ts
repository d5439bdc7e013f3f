import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The repository's root. Works in the sources and in the compiled files. */
export const root = findRoot(import.meta.dirname);

/** The folder of all state of `npm start`. */
export const defaultStateDir = join(root, '.tradewind');

/** The folder of Kafka's jars; prepare.mjs fills it. */
export function kafkaJars(): string {
  const list = readFileSync(join(root, 'tools/platform/kafka/jars.sha256'), 'utf8');
  const version = /kafka_2\.13-([\d.]+)\.jar$/m.exec(list)?.[1];
  const folder = join(root, `node_modules/.cache/tradewind/kafka-${version}`);
  if (!existsSync(folder))
    throw new Error(`Kafka's jars are not in ${folder}; run "node tools/platform/prepare.mjs" to fetch them`);
  return folder;
}

function findRoot(from: string): string {
  if (existsSync(join(from, 'package-lock.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error(`no package-lock.json in any folder above ${import.meta.dirname}`);
  return findRoot(parent);
}
