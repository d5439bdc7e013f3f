import type { Socket } from 'node:net';
import type { Conditions } from './conditions.js';
import { Flow } from './flow.js';
import type { ConnectionInspector } from './protocol.js';
import { resetConnection } from './reset-connection.js';

export type End = 'client' | 'server';

/** A client's connection, and the proxy's own connection to the server. */
export class ProxiedConnection {
  readonly #closed = new AbortController();
  readonly #sockets: Readonly<Record<End, Socket>>;

  constructor(
    client: Socket,
    server: Socket,
    inspector: ConnectionInspector,
    conditions: Conditions,
    onClosed: () => void,
  ) {
    this.#sockets = { client, server };
    const both = { inspector, conditions, reset: () => this.reset(), closed: this.#closed.signal };
    new Flow({ ...both, direction: 'up', from: client, to: server });
    new Flow({ ...both, direction: 'down', from: server, to: client });
    let open = 2;
    for (const socket of [client, server]) {
      socket.once('close', () => {
        open -= 1;
        if (open > 0) return;
        this.#closed.abort();
        onClosed();
      });
    }
  }

  /** Resets both ends. */
  reset(): void {
    this.#closed.abort();
    resetConnection(this.#sockets.client);
    resetConnection(this.#sockets.server);
  }

  /** Resets one end only; what the other end sends is discarded. The returned function resets the other end. */
  resetEnd(gone: End): () => void {
    this.#closed.abort();
    const remaining = this.#sockets[gone === 'client' ? 'server' : 'client'];
    resetConnection(this.#sockets[gone]);
    remaining.removeAllListeners('data').resume();
    return () => resetConnection(remaining);
  }
}
