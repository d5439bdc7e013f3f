import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { withProgress } from './progress.mjs';
import { CommandError } from './command-error.mjs';
import { run } from './run.mjs';

/** The folder with `jars.sha256` and `pom.xml` of the version that the project runs on. */
const current = 'tools/platform/kafka';

/** Kafka's jars: one line for each, with its SHA-256 and its path in a Maven repository. */
export function listedJars(root, version = current) {
  const lines = readFileSync(join(root, version, 'jars.sha256'), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => {
    const [sha256, path] = line.split(/\s+/);
    return { sha256, path, name: basename(path) };
  });
}

/** The folder of the jars; each version has its own, so that versions do not mix. */
export function jarsFolder(root, version = current) {
  const broker = listedJars(root, version).find(({ name }) => name.startsWith('kafka_2.13-'));
  return join(root, 'node_modules/.cache/tradewind', broker.name.replace('_2.13', '').replace('.jar', ''));
}

/**
 * Fetches Kafka's jars unless they exist: from MAVEN_REPOSITORY if it is set, else with Maven. The folder appears only when every
 * jar has its committed checksum. `version` is the folder with the list of another version.
 */
export async function fetchKafkaJars(root, env = process.env, version = current) {
  const folder = jarsFolder(root, version);
  if (existsSync(folder)) return folder;
  const jars = listedJars(root, version);
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  try {
    await withProgress('fetching Apache Kafka', (report) =>
      env.MAVEN_REPOSITORY
        ? fromRepository(env.MAVEN_REPOSITORY, jars, draft, report)
        : withMaven(join(root, version), draft),
    );
    checkJars(jars, draft);
    if (!existsSync(folder)) renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}

/** Throws when a jar is missing or has the wrong checksum. Removes files that are not listed. */
export function checkJars(jars, folder) {
  for (const { name, sha256 } of jars) {
    if (!existsSync(join(folder, name)))
      throw new CommandError(
        `Kafka's ${name} is missing after the download; try again, or set MAVEN_REPOSITORY to another repository`,
      );
    const found = createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
    if (found !== sha256)
      throw new CommandError(
        `the checksum of ${name} is wrong (${found} instead of ${sha256}): the repository has another file; check it, or set MAVEN_REPOSITORY to another one`,
      );
  }
  const listed = new Set(jars.map(({ name }) => name));
  for (const name of readdirSync(folder)) if (!listed.has(name)) rmSync(join(folder, name), { recursive: true });
}

async function withMaven(version, folder) {
  const pom = join(version, 'pom.xml');
  const { code, output } = await run('mvn', [
    '-q',
    '-B',
    '-f',
    pom,
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${folder}`,
  ]);
  if (code === null) {
    throw new CommandError(
      "Kafka's jars and Maven are missing: install Maven (apt-get install maven), set MAVEN_REPOSITORY to a Maven repository, or set KAFKA_BROKERS to a running Kafka",
    );
  }
  if (code !== 0) throw new CommandError(`Maven could not fetch Kafka's jars: ${errorOf(output)}`);
}

function errorOf(output) {
  // eslint-disable-next-line no-control-regex -- Maven colours its output
  const plain = output.replace(/\x1b\[[\d;]*m/g, '');
  return /\[ERROR\] (.*)/.exec(plain)?.[1] ?? plain.trim().slice(-300);
}

async function fromRepository(repository, jars, folder, report) {
  const remote = /^https?:\/\//.test(repository);
  let done = 0;
  const queue = [...jars];
  const worker = async () => {
    for (let jar = queue.shift(); jar; jar = queue.shift()) {
      if (remote) await download(`${repository.replace(/\/$/, '')}/${jar.path}`, join(folder, jar.name));
      else copy(join(repository, jar.path), join(folder, jar.name));
      done += 1;
      report(`(${done} of ${jars.length} jars)`);
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}

async function download(url, file) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(120_000) });
      if (!response.ok) throw new Error(`status ${response.status}`);
      writeFileSync(file, Buffer.from(await response.arrayBuffer()));
      return;
    } catch (error) {
      if (attempt === 3)
        throw new CommandError(
          `${url} can't be fetched (${error.cause?.message ?? error.message}); check MAVEN_REPOSITORY and the network`,
        );
    }
  }
}

function copy(from, to) {
  if (!existsSync(from))
    throw new CommandError(
      `${from} does not exist; MAVEN_REPOSITORY must be a folder or an https address with the layout of a Maven repository`,
    );
  cpSync(from, to);
}
