import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { kafkaJars, root } from '../process/places.js';
import { endsWithin, lastLines, launch, type Exit, type Running } from '../process/launch.js';
import { endLeftover } from '../process/pid-file.js';
import { classArchive } from './class-archive.js';
import { askCoordinator } from './coordinator.js';
import { addressesOf, serverProperties, type NodeSettings } from './settings.js';

export interface NodeOptions {
  /** Of the whole cluster; made on the first start, used again by the next ones. */
  readonly dataDir: string;
  /** The file that the brokers' messages are appended to. */
  readonly log: string;
  readonly heap?: string;
  /** For a broker that lives minutes: compiles quickly rather than well, which halves the work of a start. */
  readonly shortLived?: boolean;
}

export interface KafkaNode {
  /** `host:port` for clients: what stands in front, where something does. */
  readonly address: string;
  /** Past whatever stands in front. */
  readonly direct: string;
  readonly process: Running;
  /** In order: what it leads is handed over first. */
  stop(): Promise<Exit>;
}

/**
 * Starts one node of a cluster and resolves when it serves groups, which the first node of three does only once a second
 * one is there. `givingUp` ends the wait, and the node.
 */
export async function startNode(node: NodeSettings, options: NodeOptions, givingUp?: AbortSignal): Promise<KafkaNode> {
  const { id, logDir } = node;
  mkdirSync(options.dataDir, { recursive: true });
  const pidFile = `${logDir}.pid`;
  const propertiesFile = `${logDir}.properties`;
  await endLeftover(pidFile, 'SIGTERM', 20_000);
  writeFileSync(propertiesFile, serverProperties(node));
  const archive = classArchive();
  const java = (name: string, flags: string[], args: string[]): Promise<Running> =>
    launch({
      name,
      command: javaCommand(),
      args: [...jvmFlags(options.heap ?? '384m'), ...flags, ...args],
      log: options.log,
      pidFile,
      cwd: options.dataDir,
    });
  if (!existsSync(join(logDir, 'bootstrap.checkpoint'))) {
    rmSync(logDir, { recursive: true, force: true });
    const format = await java(
      `kafka format ${id}`,
      [...quick, ...archive.read],
      [
        'kafka.tools.StorageTool',
        'format',
        `--cluster-id=${rememberedClusterId(options.dataDir)}`,
        '-c',
        propertiesFile,
      ],
    );
    const { code } = await format.exited;
    if (code !== 0)
      throw new Error(`Kafka could not format ${logDir}; its last words (${options.log}):\n${lastLines(options.log)}`);
  }
  const broker = await java(
    `kafka ${id}`,
    [...(options.shortLived ? quick : []), ...archive.read, ...(id === 1 ? archive.write : [])],
    ['kafka.Kafka', propertiesFile],
  );
  const addresses = addressesOf(node);
  try {
    await untilReady(addresses.direct, broker, options.log, givingUp);
  } catch (error) {
    await broker.stop();
    throw error;
  }
  return {
    address: addresses.clients,
    direct: addresses.direct,
    process: broker,
    async stop() {
      const exit = await broker.stop(['SIGTERM', 20_000]);
      if (id === 1) archive.keep(exit);
      return exit;
    },
  };
}

async function untilReady(address: string, broker: Running, log: string, givingUp?: AbortSignal): Promise<void> {
  const deadline = Date.now() + 120_000;
  let last = 'its port is closed';
  for (;;) {
    givingUp?.throwIfAborted();
    try {
      const code = await askCoordinator(address);
      if (code === 0) return;
      last = `its group coordinator answers error ${code}`;
    } catch (error) {
      last = (error as Error).message;
    }
    if (await endsWithin(broker.exited, 50))
      throw new Error(`Kafka ended while starting; its last words (${log}):\n${lastLines(log)}`);
    if (Date.now() > deadline)
      throw new Error(`Kafka was not ready within two minutes (${last}); its last words (${log}):\n${lastLines(log)}`);
    await pause(25);
  }
}

const quick = ['-XX:TieredStopAtLevel=1'];

function jvmFlags(heap: string): string[] {
  return [
    `-Xmx${heap}`,
    '-XX:+UseSerialGC', // of so small a heap, on so few processors, the others take a tenth of what the broker takes
    '-XX:+ExitOnOutOfMemoryError',
    '-Djava.awt.headless=true',
    `-Dlog4j2.configurationFile=${join(root, 'tools/platform/kafka/log4j2.xml')}`,
    '-cp',
    `${kafkaJars()}/*`,
  ];
}

function javaCommand(): string {
  return process.env['JAVA_HOME'] ? join(process.env['JAVA_HOME'], 'bin/java') : 'java';
}

/** A cluster's id is 16 random bytes, kept beside its nodes. */
function rememberedClusterId(dataDir: string): string {
  const file = join(dataDir, 'cluster-id');
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(16).toString('base64url')}\n`);
  return readFileSync(file, 'utf8').trim();
}
