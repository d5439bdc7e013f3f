import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { kafkaJars, root } from '../process/places.js';
import { endsWithin, lastLines, launch, type Running } from '../process/launch.js';
import { endLeftover } from '../process/pid-file.js';
import { freePorts } from '../process/ports.js';
import { classArchive } from './class-archive.js';
import { askCoordinator } from './coordinator.js';
import { serverProperties } from './settings.js';

export interface KafkaOptions {
  /** Made on the first start, used again by the next ones. */
  readonly dataDir: string;
  /** Of the first node; further nodes take free ports. */
  readonly port: number;
  readonly controllerPort: number;
  /** The file that the brokers' messages are appended to. */
  readonly log: string;
  readonly nodes?: 1 | 3;
  readonly heap?: string;
  /** For a broker that lives minutes: compiles quickly rather than well, which halves the work of a start. */
  readonly shortLived?: boolean;
  /** `host:port` that clients are told, one a node, when a proxy stands in front. */
  readonly advertisedListeners?: readonly string[];
  /** Settings of server.properties that differ from ours. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Kafka {
  /** For clients, comma separated. */
  readonly brokers: string;
  readonly pids: readonly number[];
  readonly processes: readonly Running[];
  stop(): Promise<void>;
  /** As a power cut would end it, for tests of what survives that. */
  kill(): Promise<void>;
}

/** A real Apache Kafka (KRaft) on 127.0.0.1. A predecessor on the same folder that was left behind, or was killed, is no obstacle. */
export async function startKafka(options: KafkaOptions): Promise<Kafka> {
  const nodes = options.nodes ?? 1;
  const { ports, controllerPorts, brokerPorts } = await portsFor(options, nodes);
  const ids = Array.from({ length: nodes }, (_, index) => index + 1);
  mkdirSync(options.dataDir, { recursive: true });
  const clusterId = rememberedClusterId(options.dataDir);
  const archive = classArchive();
  const brokers: Running[] = [];
  try {
    await Promise.all(
      ids.map(async (id, index) => {
        const port = ports[index] as number;
        const logDir = join(options.dataDir, `node-${id}`);
        const pidFile = `${logDir}.pid`;
        const propertiesFile = `${logDir}.properties`;
        await endLeftover(pidFile, 'SIGTERM', 20_000);
        const controllerPort = controllerPorts[index] as number;
        const advertised = options.advertisedListeners?.[index];
        const behind = advertised === undefined ? undefined : { advertised, brokerPort: brokerPorts[index] as number };
        writeFileSync(propertiesFile, serverProperties({ id, port, controllerPort, controllerPorts, logDir, behind, extra: options.settings }));
        const java = (name: string, flags: string[], args: string[]): Promise<Running> =>
          launch({ name, command: javaCommand(), args: [...jvmFlags(options.heap ?? '384m'), ...flags, ...args], log: options.log, pidFile, cwd: options.dataDir });
        if (!existsSync(join(logDir, 'bootstrap.checkpoint'))) {
          rmSync(logDir, { recursive: true, force: true });
          const format = await java(`kafka format ${id}`, [...quick, ...archive.read], ['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '-c', propertiesFile]);
          const { code } = await format.exited;
          if (code !== 0) throw new Error(`Kafka could not format ${logDir}; its last words (${options.log}):\n${lastLines(options.log)}`);
        }
        brokers[index] = await java(`kafka ${id}`, [...(options.shortLived ? quick : []), ...archive.read, ...(id === 1 ? archive.write : [])], ['kafka.Kafka', propertiesFile]);
      }),
    );
    await Promise.all(ports.map((port, index) => untilReady(port, brokers[index] as Running, options.log)));
  } catch (error) {
    await Promise.all(brokers.map((broker) => broker.stop()));
    throw error;
  }
  return {
    brokers: (options.advertisedListeners ?? ports.map((port) => `127.0.0.1:${port}`)).join(','),
    pids: brokers.map((broker) => broker.pid),
    processes: brokers,
    async stop() {
      const [first] = await Promise.all(brokers.map((broker) => broker.stop(['SIGTERM', 20_000])));
      archive.keep(first);
    },
    async kill() {
      await Promise.all(brokers.map((broker) => broker.stop()));
    },
  };
}

async function untilReady(port: number, broker: Running, log: string): Promise<void> {
  const deadline = Date.now() + 120_000;
  let last = 'its port is closed';
  for (;;) {
    try {
      const code = await askCoordinator(`127.0.0.1:${port}`);
      if (code === 0) return;
      last = `its group coordinator answers error ${code}`;
    } catch (error) {
      last = (error as Error).message;
    }
    if (await endsWithin(broker.exited, 50)) throw new Error(`Kafka ended while starting; its last words (${log}):\n${lastLines(log)}`);
    if (Date.now() > deadline) throw new Error(`Kafka was not ready within two minutes (${last}); its last words (${log}):\n${lastLines(log)}`);
    await pause(25);
  }
}

async function portsFor(options: KafkaOptions, nodes: number): Promise<Record<'ports' | 'controllerPorts' | 'brokerPorts', number[]>> {
  const more = await freePorts((nodes - 1) * 2 + nodes);
  const take = (count: number): number[] => more.splice(0, count);
  return { ports: [options.port, ...take(nodes - 1)], controllerPorts: [options.controllerPort, ...take(nodes - 1)], brokerPorts: take(nodes) };
}

const quick = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

function jvmFlags(heap: string): string[] {
  return [
    `-Xmx${heap}`,
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
