import type { Socket } from 'node:net';
import { breakOff } from './break-off.js';
import type { Conditions } from './conditions.js';
import { Flow } from './flow.js';
import type { Conversation } from './language.js';

export type End = 'client' | 'server';

/** A client's connection and the one behind it that leads on to the server. */
export class Link {
  readonly #over = new AbortController();
  readonly #sockets: Readonly<Record<End, Socket>>;

  constructor(client: Socket, server: Socket, conversation: Conversation, conditions: Conditions, onEnded: () => void) {
    this.#sockets = { client, server };
    const both = { conversation, conditions, reset: () => this.reset(), over: this.#over.signal };
    new Flow({ ...both, way: 'up', from: client, to: server });
    new Flow({ ...both, way: 'down', from: server, to: client });
    let open = 2;
    for (const socket of [client, server]) {
      socket.once('close', () => {
        open -= 1;
        if (open > 0) return;
        this.#over.abort();
        onEnded();
      });
    }
  }

  /** Both ends are told that the connection is broken. */
  reset(): void {
    this.#over.abort();
    breakOff(this.#sockets.client);
    breakOff(this.#sockets.server);
  }

  /** One end is cut off, and the other is not told: what it says is heard by nobody. Returns what tells it at last. */
  lose(gone: End): () => void {
    this.#over.abort();
    const left = this.#sockets[gone === 'client' ? 'server' : 'client'];
    breakOff(this.#sockets[gone]);
    left.removeAllListeners('data').resume();
    return () => breakOff(left);
  }
}
