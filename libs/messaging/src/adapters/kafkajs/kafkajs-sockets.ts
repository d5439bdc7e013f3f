import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import { systemTimers } from '../system/system.js';

/** Silence after which the kernel sends keep-alive probes. Milliseconds. */
const keepAliveAfter = 10_000;
/**
 * Connection timeout in milliseconds. Less than the 3 s after which kafkajs gives up and forgets the socket; the system's own error, a
 * minute or two later, would close the connection that kafkajs has by then.
 */
const connectWithin = 2_800;

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
    socket.setKeepAlive(true, keepAliveAfter);
    socket.setNoDelay(true); // Otherwise the end of a request waits for the acknowledgement of its beginning, up to 40 ms.
    const inTime = systemTimers.after(connectWithin, () =>
      socket.destroy(new Error(`${host}:${port} took no connection within ${connectWithin} ms`)),
    );
    socket.once('connect', inTime);
    // kafkajs ends the same dead socket once for each pending request; Node keeps a listener for each.
    const unref = socket.unref.bind(socket);
    socket.unref = () => (socket.destroyed ? socket : unref());
    this.#open.add(socket);
    socket.once('close', () => {
      inTime();
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
