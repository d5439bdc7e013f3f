import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { withProgress } from './progress.mjs';
import { Refusal } from './refusal.mjs';
import { run } from './run.mjs';

/** What Kafka consists of: one line a jar, its SHA-256 and its path in a Maven repository. */
export function listedJars(root) {
  const lines = readFileSync(join(root, 'tools/platform/kafka/jars.sha256'), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [sha256, path] = line.split(/\s+/);
    return { sha256, path, name: basename(path) };
  });
}

/** Where the jars lie, by version, so that a newer Kafka does not meet the jars of an older one. */
export function jarsFolder(root) {
  const broker = listedJars(root).find(({ name }) => name.startsWith('kafka_2.13-'));
  return join(root, 'node_modules/.cache/tradewind', broker.name.replace('_2.13', '').replace('.jar', ''));
}

/**
 * Fetches Kafka's jars unless they are there: from MAVEN_REPOSITORY where that is set, else with Maven.
 * The folder appears only when every jar has the checksum that is committed.
 */
export async function fetchKafkaJars(root, env = process.env) {
  const folder = jarsFolder(root);
  if (existsSync(folder)) return folder;
  const jars = listedJars(root);
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  try {
    await withProgress('fetching Apache Kafka', (say) =>
      env.MAVEN_REPOSITORY ? fromRepository(env.MAVEN_REPOSITORY, jars, draft, say) : withMaven(root, draft),
    );
    checkJars(jars, draft);
    if (!existsSync(folder)) renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}

/** Refuses a jar that is missing or is not the one that was committed, by its name. */
export function checkJars(jars, folder) {
  for (const { name, sha256 } of jars) {
    if (!existsSync(join(folder, name)))
      throw new Refusal(`Kafka's ${name} was not delivered; try again, or name another repository in MAVEN_REPOSITORY`);
    const found = createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
    if (found !== sha256)
      throw new Refusal(
        `the checksum of ${name} is wrong (${found} instead of ${sha256}): the repository delivered another file; check it, or name another in MAVEN_REPOSITORY`,
      );
  }
  const listed = new Set(jars.map(({ name }) => name));
  for (const name of readdirSync(folder)) if (!listed.has(name)) rmSync(join(folder, name), { recursive: true });
}

async function withMaven(root, folder) {
  const pom = join(root, 'tools/platform/kafka/pom.xml');
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
    throw new Refusal(
      "Kafka's jars are missing and so is Maven: install it (apt-get install maven), name a Maven repository in MAVEN_REPOSITORY, or a running Kafka in KAFKA_BROKERS",
    );
  }
  if (code !== 0) throw new Refusal(`Maven could not fetch Kafka's jars; it says: ${errorOf(output)}`);
}

function errorOf(output) {
  // eslint-disable-next-line no-control-regex -- Maven colours its words
  const plain = output.replace(/\x1b\[[\d;]*m/g, '');
  return /\[ERROR\] (.*)/.exec(plain)?.[1] ?? plain.trim().slice(-300);
}

async function fromRepository(repository, jars, folder, say) {
  const remote = /^https?:\/\//.test(repository);
  let done = 0;
  const queue = [...jars];
  const worker = async () => {
    for (let jar = queue.shift(); jar; jar = queue.shift()) {
      if (remote) await download(`${repository.replace(/\/$/, '')}/${jar.path}`, join(folder, jar.name));
      else copy(join(repository, jar.path), join(folder, jar.name));
      done += 1;
      say(`(${done} of ${jars.length} jars)`);
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}

async function download(url, file) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(120_000) });
      if (!answer.ok) throw new Error(`it answers ${answer.status}`);
      writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
      return;
    } catch (error) {
      if (attempt === 3)
        throw new Refusal(
          `${url} can't be fetched (${error.cause?.message ?? error.message}); check MAVEN_REPOSITORY and the network`,
        );
    }
  }
}

function copy(from, to) {
  if (!existsSync(from))
    throw new Refusal(
      `${from} does not exist; MAVEN_REPOSITORY must name a folder or an https address laid out as a Maven repository`,
    );
  cpSync(from, to);
}
