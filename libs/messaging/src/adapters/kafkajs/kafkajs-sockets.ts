import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import { systemTimers } from '../system/system.js';

/** Silence after which the kernel sends keep-alive probes. */
const keepAliveMs = 10_000;
/**
 * Less than the 3 s after which kafkajs gives up and forgets the socket; the system's own error, a minute or two later, would close
 * the connection that kafkajs has by then.
 */
const connectTimeoutMs = 2_800;

/**
 * The connections of one consumer, producer or admin client. kafkajs keeps a connection whose requests time out and cannot cancel
 * requests. Destroying its sockets rejects everything that waits on them at once.
 */
export class KafkajsSockets {
  readonly #open = new Set<Socket>();
  #closed = false;

  readonly factory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    if (this.#closed) throw new Error('the client is closed');
    // kafkajs passes null without TLS.
    const socket = (ssl as typeof ssl | null)
      ? connectTls({ host, port, ...ssl }, onConnect)
      : connectPlain({ host, port }, onConnect);
    socket.setKeepAlive(true, keepAliveMs);
    socket.setNoDelay(true); // Otherwise the end of a request waits for the acknowledgement of its beginning, up to 40 ms.
    const cancelTimeout = systemTimers.after(connectTimeoutMs, () =>
      socket.destroy(new Error(`${host}:${port} accepted no connection within ${connectTimeoutMs} ms`)),
    );
    socket.once('connect', cancelTimeout);
    // kafkajs ends the same dead socket once for each pending request; Node keeps a listener for each.
    const unref = socket.unref.bind(socket);
    socket.unref = () => (socket.destroyed ? socket : unref());
    this.#open.add(socket);
    socket.once('close', () => {
      cancelTimeout();
      this.#open.delete(socket);
    });
    return socket;
  };

  get closed(): boolean {
    return this.#closed;
  }

  /** Destroys the open sockets. The next request opens new ones. */
  cut(why: string): void {
    for (const socket of this.#open) socket.destroy(new Error(why));
  }

  /** Destroys the open sockets and opens no more. */
  close(): void {
    this.#closed = true;
    this.cut('the client is closed');
  }
}
