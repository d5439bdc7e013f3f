import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { kafkaJars, root } from '../process/paths.js';
import { endsWithin, lastLines, launch, type Exit, type RunningProcess } from '../process/launch.js';
import { endLeftover } from '../process/pid-file.js';
import { classArchive } from './class-archive.js';
import { askWithLogin } from './ask-with-login.js';
import { askCoordinator } from './coordinator.js';
import { scramArguments } from './secure-listener.js';
import { addressesOf, serverProperties, type NodeSettings } from './settings.js';

export interface NodeOptions {
  /** The folder of the whole cluster; created by the first start. */
  readonly dataDir: string;
  /** The brokers' output is appended to this file. */
  readonly logFile: string;
  readonly heap?: string;
  /** The folder of the jars; default: those of the version that the project runs on. */
  readonly jars?: string;
  /** For a broker that runs for minutes: only the fast JIT compiler, which halves the start time. */
  readonly shortLived?: boolean;
}

export interface KafkaNode {
  /** `host:port` for clients; the proxy's, if there is one. */
  readonly address: string;
  /** `host:port` without the proxy. */
  readonly directAddress: string;
  readonly process: RunningProcess;
  /** Shuts down: the leadership of its partitions moves to the other nodes first. */
  stop(): Promise<Exit>;
}

/**
 * Starts one node of a cluster and resolves when it serves consumer groups; with three nodes, this needs a second node. `signal`
 * aborts the wait and stops the node.
 */
export async function startNode(node: NodeSettings, options: NodeOptions, signal?: AbortSignal): Promise<KafkaNode> {
  const { id, logDir, access } = node;
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const pidFile = `${logDir}.pid`;
  const propertiesFile = `${logDir}.properties`;
  await endLeftover(pidFile, 'SIGTERM', 20_000);
  writeFileSync(propertiesFile, serverProperties(node), { mode: 0o600 });
  const jars = options.jars ?? kafkaJars();
  const archive = classArchive(jars);
  const java = (name: string, flags: string[], args: string[]): Promise<RunningProcess> =>
    launch({
      name,
      command: javaCommand(),
      args: [...jvmFlags(jars, options.heap ?? '384m'), ...flags, ...args],
      logFile: options.logFile,
      pidFile,
      cwd: options.dataDir,
    });
  if (!existsSync(join(logDir, 'bootstrap.checkpoint'))) {
    rmSync(logDir, { recursive: true, force: true });
    const [file, remove] = argumentsFile(`${logDir}.arguments`, [
      'kafka.tools.StorageTool',
      'format',
      `--cluster-id=${clusterIdOf(options.dataDir)}`,
      ...[node.secure, access].flatMap((listeners) => (listeners ? scramArguments(listeners) : [])),
      '-c',
      propertiesFile,
    ]);
    const format = await java(`kafka format ${id}`, [...quick, ...archive.read], [file]);
    const { code } = await format.exited;
    remove();
    if (code !== 0)
      throw new Error(
        `Kafka could not format ${logDir}; its last log lines (${options.logFile}):\n${lastLines(options.logFile)}`,
      );
  }
  const broker = await java(
    `kafka ${id}`,
    [...(options.shortLived ? quick : []), ...archive.read, ...(id === 1 ? archive.write : [])],
    ['kafka.Kafka', propertiesFile],
  );
  const addresses = addressesOf(node);
  try {
    const ask = access ? () => askWithLogin(addresses.direct, access) : () => askCoordinator(addresses.direct);
    await untilReady(ask, broker, options.logFile, signal);
  } catch (error) {
    await broker.stop();
    throw error;
  }
  return {
    address: addresses.clients,
    directAddress: addresses.direct,
    process: broker,
    async stop() {
      const exit = await broker.stop(['SIGTERM', 20_000]);
      if (id === 1) archive.save(exit);
      return exit;
    },
  };
}

/** Arguments of Java in a file that only this account reads, because every account can list the arguments of a process: they contain passwords. */
function argumentsFile(path: string, args: readonly string[]): [argument: string, remove: () => void] {
  const quoted = args.map((each) => `"${each.replaceAll(/["\\]/g, String.raw`\$&`)}"`);
  writeFileSync(path, `${quoted.join('\n')}\n`, { mode: 0o600 });
  return [`@${path}`, () => rmSync(path)];
}

async function untilReady(
  ask: () => Promise<number>,
  broker: RunningProcess,
  log: string,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + 120_000;
  let last = 'its port is closed';
  for (;;) {
    signal?.throwIfAborted();
    try {
      const code = await ask();
      if (code === 0) return;
      last = `its group coordinator answers error ${code}`;
    } catch (error) {
      last = (error as Error).message;
    }
    if (await endsWithin(broker.exited, 50))
      throw new Error(`Kafka ended while starting; its last log lines (${log}):\n${lastLines(log)}`);
    if (Date.now() > deadline)
      throw new Error(
        `Kafka was not ready within two minutes (${last}); its last log lines (${log}):\n${lastLines(log)}`,
      );
    await pause(25);
  }
}

const quick = ['-XX:TieredStopAtLevel=1'];

function jvmFlags(jars: string, heap: string): string[] {
  return [
    `-Xmx${heap}`,
    '-XX:+UseSerialGC', // with a small heap and two processors, the other collectors use 10 % more CPU time
    '-XX:+ExitOnOutOfMemoryError',
    '-Djava.awt.headless=true',
    `-Dlog4j2.configurationFile=${join(root, 'tools/platform/kafka/log4j2.xml')}`,
    '-cp',
    `${jars}/*`,
  ];
}

export function javaCommand(): string {
  return process.env['JAVA_HOME'] ? join(process.env['JAVA_HOME'], 'bin/java') : 'java';
}

/** The cluster's id: 16 random bytes, stored in its folder. */
function clusterIdOf(dataDir: string): string {
  const file = join(dataDir, 'cluster-id');
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(16).toString('base64url')}\n`);
  return readFileSync(file, 'utf8').trim();
}
