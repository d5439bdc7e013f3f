import { closedProperties, type BrokerAccess } from './closed-listeners.js';
import { secureProperties, type SecureListener } from './secure-listener.js';

export interface NodeSettings {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
  /** The controller port of each node, by node id from 1. */
  readonly controllerPorts: readonly number[];
  readonly logDir: string;
  /** The address of a proxy, advertised to clients. The brokers talk to each other directly, on `brokerPort`. */
  readonly proxy?: { readonly advertised: string; readonly brokerPort: number } | undefined;
  readonly secure?: SecureListener | undefined;
  readonly access?: BrokerAccess | undefined;
  readonly extra?: Readonly<Record<string, string>> | undefined;
}

/**
 * The addresses of a node: for clients, and without the proxy. A broker advertises the other brokers' addresses of the listener that
 * the client has connected to.
 */
export function addressesOf({ port, proxy }: NodeSettings): { readonly clients: string; readonly direct: string } {
  const own = `127.0.0.1:${port}`;
  return proxy ? { clients: proxy.advertised, direct: `127.0.0.1:${proxy.brokerPort}` } : { clients: own, direct: own };
}

/** server.properties of a node that is broker and controller. Loopback, without encryption but for a secure listener and closed ones: not for use over a network. */
export function serverProperties(node: NodeSettings): string {
  const nodes = node.controllerPorts.length;
  const replicas = String(nodes);
  const { proxy } = node;
  const betweenBrokers = proxy && `BROKER://127.0.0.1:${proxy.brokerPort}`;
  const settings: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(node.id),
    'controller.quorum.voters': node.controllerPorts.map((port, index) => `${index + 1}@127.0.0.1:${port}`).join(','),
    listeners: joined(
      `CLIENT://127.0.0.1:${node.port}`,
      betweenBrokers,
      `CONTROLLER://127.0.0.1:${node.controllerPort}`,
    ),
    'advertised.listeners': joined(`CLIENT://${proxy?.advertised ?? `127.0.0.1:${node.port}`}`, betweenBrokers),
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': proxy ? 'BROKER' : 'CLIENT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': node.logDir,
    'auto.create.topics.enable': 'false',
    'default.replication.factor': replicas,
    'min.insync.replicas': nodes > 1 ? '2' : '1',
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': '10',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': nodes > 1 ? '2' : '1',
    'transaction.state.log.num.partitions': '10',
    'group.initial.rebalance.delay.ms': '0',
    'log.retention.ms': '-1',
    // A shop that was stopped for a month continues at its committed offsets.
    'offsets.retention.minutes': '2147483647',
    // Allocated from the heap at the start; the default, 128 MB, is a third of the heap.
    'log.cleaner.dedupe.buffer.size': String(16 * 1024 * 1024),
    // Brokers with followers keep Kafka's defaults. On a small machine, a single broker's eleven threads only compete for two processors.
    ...(nodes === 1 && { 'num.io.threads': '3', 'num.network.threads': '2' }),
  };
  return Object.entries({
    ...settings,
    ...(node.secure && secureProperties(node.secure, settings)),
    ...(node.access && closedProperties(node.access)),
    ...node.extra,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function joined(...listeners: readonly (string | undefined)[]): string {
  return listeners.filter(Boolean).join(',');
}
