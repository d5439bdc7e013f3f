import { join } from 'node:path';
import { freePorts } from '../process/ports.js';
import type { BrokerAccess } from './closed-listeners.js';
import type { SecureListener } from './secure-listener.js';
import type { NodeSettings } from './settings.js';

export interface ClusterShape {
  readonly dataDir: string;
  /** Port of the first node; the others get free ports. */
  readonly port: number;
  readonly controllerPort: number;
  readonly nodes?: 1 | 3;
  /** Only with one node. */
  readonly secure?: SecureListener;
  /** TLS and logins on every listener. Only with one node, without a proxy. */
  readonly access?: BrokerAccess | undefined;
  readonly settings?: Readonly<Record<string, string>>;
}

/** The `host:port` to advertise to clients instead of the node's own; undefined without a proxy. Called before any node starts. */
export type AdvertisedAddress = (port: number, index: number) => Promise<string | undefined>;

/** The ports, the advertised address and the log folder of each node of a cluster. */
export async function planNodes(shape: ClusterShape, advertised: AdvertisedAddress): Promise<NodeSettings[]> {
  const nodes = shape.nodes ?? 1;
  if (shape.access && nodes > 1) throw new Error('a Kafka with logins on every listener has one node');
  const free = await freePorts((nodes - 1) * 2 + nodes);
  const ports = [shape.port, ...free.splice(0, nodes - 1)];
  const controllerPorts = [shape.controllerPort, ...free.splice(0, nodes - 1)];
  return Promise.all(
    ports.map(async (port, index) => {
      const address = await advertised(port, index);
      return {
        id: index + 1,
        port,
        controllerPort: controllerPorts[index] as number,
        controllerPorts,
        logDir: join(shape.dataDir, `node-${index + 1}`),
        proxy: address === undefined ? undefined : { advertised: address, brokerPort: free[index] as number },
        secure: shape.secure,
        access: shape.access,
        extra: shape.settings,
      };
    }),
  );
}
