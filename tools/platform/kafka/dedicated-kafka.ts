import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../process/ports.js';
import { removeState, temporaryFolder } from '../process/temporary-folder.js';
import { startKafka, type Kafka, type KafkaOptions } from './start-kafka.js';

/** A Kafka broker for one test file, which may stop, kill and wipe it. Services of other files do not reply on its topics. */
export class DedicatedKafka {
  private constructor(
    /** Removed by `remove`. */
    readonly folder: string,
    private readonly options: KafkaOptions,
    private running: Kafka,
  ) {}

  static async start(
    rest: Partial<Pick<KafkaOptions, 'port' | 'advertisedListeners' | 'settings' | 'jars'>> = {},
  ): Promise<DedicatedKafka> {
    const folder = await temporaryFolder();
    const [port, controllerPort] = (await freePorts(2)) as [number, number];
    const logFile = join(folder, 'kafka.log');
    const options = { dataDir: join(folder, 'kafka'), port, controllerPort, logFile, shortLived: true, ...rest };
    return new DedicatedKafka(folder, options, await startKafka(options));
  }

  get dataDir(): string {
    return this.options.dataDir;
  }

  get brokers(): string {
    return this.running.brokers;
  }

  /** Ends the broker with SIGKILL, like a crash. */
  kill(): Promise<void> {
    return this.running.kill();
  }

  stop(): Promise<void> {
    return this.running.stop();
  }

  /** Starts the stopped broker again, on the same ports and data. */
  async restart(): Promise<void> {
    this.running = await startKafka(this.options);
  }

  /** Stops the broker and deletes its data. */
  async wipe(): Promise<void> {
    await this.stop();
    rmSync(this.dataDir, { recursive: true });
  }

  /** Ends the broker and removes its folder. */
  async remove(): Promise<void> {
    await this.running.kill();
    removeState(this.folder);
  }
}
