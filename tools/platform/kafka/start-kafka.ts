import type { RunningProcess } from '../process/launch.js';
import { planNodes } from './plan-nodes.js';
import type { BrokerAccess } from './closed-listeners.js';
import type { SecureListener } from './secure-listener.js';
import { startNode, type KafkaNode, type NodeOptions } from './start-node.js';

export interface KafkaOptions extends NodeOptions {
  /** Port of the first node; the others get free ports. */
  readonly port: number;
  readonly controllerPort: number;
  readonly nodes?: 1 | 3;
  /** The `host:port` to advertise to clients, one for each node, when clients connect through a proxy. */
  readonly advertisedListeners?: readonly string[];
  /** A listener with TLS and login beside the plain one. Only with one node. */
  readonly secure?: SecureListener;
  /** TLS and logins on every listener. Only with one node. */
  readonly access?: BrokerAccess | undefined;
  /** Settings of server.properties; they override those of settings.ts. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Kafka {
  /** For clients, comma separated. */
  readonly brokers: string;
  readonly pids: readonly number[];
  readonly processes: readonly RunningProcess[];
  stop(): Promise<void>;
  /** Ends all nodes with SIGKILL, like a crash. */
  kill(): Promise<void>;
}

/** Starts a real Apache Kafka (KRaft) on 127.0.0.1. Ends a Kafka that still runs on the same folder; starts also after a crash. */
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
