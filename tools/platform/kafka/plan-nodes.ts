import { join } from 'node:path';
import { freePorts } from '../process/ports.js';
import type { NodeSettings } from './settings.js';

export interface ClusterShape {
  readonly dataDir: string;
  /** Of the first node; further nodes take free ports. */
  readonly port: number;
  readonly controllerPort: number;
  readonly nodes?: 1 | 3;
  readonly settings?: Readonly<Record<string, string>>;
}

/** `host:port` that clients are to be told instead of a node's own port, if any. Asked before anything starts. */
export type Advertised = (port: number, index: number) => Promise<string | undefined>;

/** Where each node of a cluster will listen, what it will say of itself, and where it keeps its log. */
export async function planNodes(shape: ClusterShape, advertised: Advertised): Promise<NodeSettings[]> {
  const nodes = shape.nodes ?? 1;
  const free = await freePorts((nodes - 1) * 2 + nodes);
  const ports = [shape.port, ...free.splice(0, nodes - 1)];
  const controllerPorts = [shape.controllerPort, ...free.splice(0, nodes - 1)];
  return Promise.all(
    ports.map(async (port, index) => {
      const told = await advertised(port, index);
      return {
        id: index + 1,
        port,
        controllerPort: controllerPorts[index] as number,
        controllerPorts,
        logDir: join(shape.dataDir, `node-${index + 1}`),
        behind: told === undefined ? undefined : { advertised: told, brokerPort: free[index] as number },
        extra: shape.settings,
      };
    }),
  );
}
