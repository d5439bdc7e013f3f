import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

interface Preflight {
  checkNode(version: string): void;
  checkJava(env: Record<string, string>): Promise<void>;
  isInstalled(root: string): boolean;
  fetchKafkaJars(root: string, env: Record<string, string>): Promise<string>;
}

/** The pre-flight is plain JavaScript because it runs before the first compilation. */
async function preflight(): Promise<Preflight> {
  const parts: Partial<Preflight>[] = [];
  for (const name of ['requirements', 'dependencies', 'kafka-jars'])
    parts.push((await import(`./${name}.mjs`)) as Partial<Preflight>);
  return Object.assign({}, ...parts) as Preflight;
}

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'preflight-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, content: string): string {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
  return join(root, path);
}

describe('a machine that does not meet the requirements', () => {
  it.each(['18.20.4', '20.18.1'])('gets an error with a remedy for the old Node %s', async (version) => {
    const { checkNode } = await preflight();
    expect(() => checkNode(version)).toThrow(/too old: Tradewind needs 20\.19 or newer; get it from/);
  });

  it('gets an error with a remedy for a missing Java', async () => {
    const { checkJava } = await preflight();
    await expect(checkJava({ JAVA_HOME: root })).rejects.toThrow(
      /needs Java 17 or newer and .* does not exist: install it .* KAFKA_BROKERS/,
    );
  });
});

describe('dependencies', () => {
  const lock = (version: string): string =>
    JSON.stringify({
      packages: {
        '': {},
        'node_modules/pg': { version },
        'node_modules/only-mac': { version: '1.0.0', optional: true },
      },
    });

  it('are installed when npm has installed the versions of the lock file', async () => {
    const { isInstalled } = await preflight();
    write('package-lock.json', lock('8.0.0'));
    write('node_modules/.package-lock.json', JSON.stringify({ packages: { 'node_modules/pg': { version: '8.0.0' } } }));
    expect(isInstalled(root)).toBe(true);
    write('package-lock.json', lock('8.0.1'));
    expect(isInstalled(root)).toBe(false);
  });

  it('are missing without node_modules', async () => {
    const { isInstalled } = await preflight();
    write('package-lock.json', lock('8.0.0'));
    expect(isInstalled(root)).toBe(false);
  });
});

describe("Kafka's jars in a repository", () => {
  const paths = ['org/apache/kafka/kafka_2.13/9.9.9/kafka_2.13-9.9.9.jar', 'org/slf4j/slf4j-api/1/slf4j-api-1.jar'];
  const listed = (content: (path: string) => string): string =>
    paths.map((path) => `${createHash('sha256').update(content(path)).digest('hex')}  ${path}\n`).join('');

  beforeEach(() => {
    write(
      'tools/platform/kafka/jars.sha256',
      listed((path) => `the jar ${path}`),
    );
    for (const path of paths) write(`repository/${path}`, `the jar ${path}`);
  });

  it('are fetched by their paths', async () => {
    const { fetchKafkaJars } = await preflight();
    const folder = await fetchKafkaJars(root, { MAVEN_REPOSITORY: join(root, 'repository') });
    expect(folder).toBe(join(root, 'node_modules/.cache/tradewind/kafka-9.9.9'));
    expect(readdirSync(folder).sort()).toEqual(['kafka_2.13-9.9.9.jar', 'slf4j-api-1.jar']);
  });

  it('are rejected by name for a wrong checksum, and leave no file', async () => {
    const { fetchKafkaJars } = await preflight();
    write(`repository/${paths[1]}`, 'something else');
    await expect(fetchKafkaJars(root, { MAVEN_REPOSITORY: join(root, 'repository') })).rejects.toThrow(
      /checksum of slf4j-api-1\.jar is wrong/,
    );
    expect(readdirSync(join(root, 'node_modules/.cache/tradewind'))).toEqual([]);
  });

  it('are rejected by path when one is missing', async () => {
    const { fetchKafkaJars } = await preflight();
    rmSync(join(root, 'repository', paths[0] as string));
    await expect(fetchKafkaJars(root, { MAVEN_REPOSITORY: join(root, 'repository') })).rejects.toThrow(
      /kafka_2\.13-9\.9\.9\.jar does not exist; MAVEN_REPOSITORY must be/,
    );
  });
});
