export interface NodeSettings {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
  /** Every node's controller port, in the order of their ids from 1. */
  readonly controllerPorts: readonly number[];
  readonly logDir: string;
  /** What clients are told to connect to, when something stands in front of the broker; the brokers then talk to each other past it. */
  readonly behind?: { readonly advertised: string; readonly brokerPort: number } | undefined;
  readonly extra?: Readonly<Record<string, string>> | undefined;
}

/** Where a node is reached: by clients, and past what stands in front of it. A broker names the others as whoever asks has reached it. */
export function addressesOf({ port, behind }: NodeSettings): { readonly clients: string; readonly direct: string } {
  const own = `127.0.0.1:${port}`;
  return behind
    ? { clients: behind.advertised, direct: `127.0.0.1:${behind.brokerPort}` }
    : { clients: own, direct: own };
}

/** server.properties of one node that is broker and controller in one. Loopback only, no encryption: a network calls for another cluster. */
export function serverProperties(node: NodeSettings): string {
  const nodes = node.controllerPorts.length;
  const replicas = String(nodes);
  const { behind } = node;
  const among = behind && `BROKER://127.0.0.1:${behind.brokerPort}`;
  const settings: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(node.id),
    'controller.quorum.voters': node.controllerPorts.map((port, index) => `${index + 1}@127.0.0.1:${port}`).join(','),
    listeners: listed(`CLIENT://127.0.0.1:${node.port}`, among, `CONTROLLER://127.0.0.1:${node.controllerPort}`),
    'advertised.listeners': listed(`CLIENT://${behind?.advertised ?? `127.0.0.1:${node.port}`}`, among),
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': behind ? 'BROKER' : 'CLIENT',
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
    // A shop that was switched off for a month goes on where it stopped.
    'offsets.retention.minutes': '2147483647',
    // The cleaner takes this from the heap at once; its default is a third of ours.
    'log.cleaner.dedupe.buffer.size': String(16 * 1024 * 1024),
    // A broker that others follow keeps its own; of one alone on a small machine eleven threads only wait for each other's processor.
    ...(nodes === 1 && { 'num.io.threads': '3', 'num.network.threads': '2' }),
    ...node.extra,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function listed(...listeners: readonly (string | undefined)[]): string {
  return listeners.filter(Boolean).join(',');
}
