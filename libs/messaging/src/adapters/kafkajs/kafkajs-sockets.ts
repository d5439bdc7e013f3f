import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import { systemTimers } from '../system/system.js';

/** Milliseconds of silence after which the kernel asks whether the other end is still there. */
const keepAliveAfter = 10_000;
/**
 * Milliseconds to connect: less than the 3 s after which kafkajs gives up and forgets the socket. The system's own word, a minute
 * or two later, it would take for the end of the connection that it has by then.
 */
const connectWithin = 2_800;

/**
 * The connections of one consumer, producer or admin. kafkajs keeps a connection whose requests time out, and can't be told to
 * give up what it waits for: whoever holds the sockets can. A cut rejects everything that waits on them, at once.
 */
export class KafkajsSockets {
  readonly #open = new Set<Socket>();
  #closed = false;

  readonly factory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    if (this.#closed) throw new Error('the client is closed');
    // kafkajs passes null where there is no TLS.
    const socket = (ssl as typeof ssl | null)
      ? connectTls({ host, port, ...ssl }, onConnect)
      : connectPlain({ host, port }, onConnect);
    socket.setKeepAlive(true, keepAliveAfter);
    socket.setNoDelay(true); // else the end of a request waits until its beginning is acknowledged, which the other end may put off for 40 ms
    const inTime = systemTimers.after(connectWithin, () =>
      socket.destroy(new Error(`${host}:${port} took no connection within ${connectWithin} ms`)),
    );
    socket.once('connect', inTime);
    // kafkajs lets go of one and the same dead socket for everyone who waited for it; Node keeps a listener for each time.
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

  /** The next request opens new ones. */
  cut(why: string): void {
    for (const socket of this.#open) socket.destroy(new Error(why));
  }

  /** Nothing is opened any more. */
  close(): void {
    this.#closed = true;
    this.cut('the client is closed');
  }
}
