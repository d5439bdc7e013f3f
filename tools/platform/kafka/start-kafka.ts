import type { Running } from '../process/launch.js';
import { planNodes } from './plan-nodes.js';
import { startNode, type KafkaNode, type NodeOptions } from './start-node.js';

export interface KafkaOptions extends NodeOptions {
  /** Of the first node; further nodes take free ports. */
  readonly port: number;
  readonly controllerPort: number;
  readonly nodes?: 1 | 3;
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
  const { advertisedListeners } = options;
  const plans = await planNodes(options, (_port, index) => Promise.resolve(advertisedListeners?.[index]));
  const starts = await Promise.allSettled(plans.map((plan) => startNode(plan, options)));
  const nodes = starts.flatMap((start): KafkaNode[] => (start.status === 'fulfilled' ? [start.value] : []));
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed) {
    await Promise.all(nodes.map((node) => node.process.stop()));
    throw failed.reason;
  }
  const processes = nodes.map((node) => node.process);
  return {
    brokers: nodes.map(({ address }) => address).join(','),
    pids: processes.map(({ pid }) => pid),
    processes,
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()));
    },
    async kill() {
      await Promise.all(processes.map((process) => process.stop()));
    },
  };
}
