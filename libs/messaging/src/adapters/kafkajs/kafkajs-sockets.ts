import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import { systemTimers } from '../system/system.js';
import type { Address } from './kafkajs-settings.js';

/** Silence after which the kernel sends keep-alive probes. */
const keepAliveMs = 10_000;
/**
 * Less than the 3 s after which kafkajs gives up and forgets the socket; the system's own error, a minute or two later, would close
 * the connection that kafkajs has by then.
 */
const connectTimeoutMs = 2_800;

/** Codes of Node and OpenSSL: the broker's certificate is not accepted, or the broker does not accept the client's. */
const certificateErrors =
  /^(UNABLE_TO_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|HOSTNAME_MISMATCH|ERR_TLS_CERT_|ERR_SSL_\w+_ALERT_(CERT|BAD_CERT|UNKNOWN_CA|HANDSHAKE_FAILURE))/;

/** A broker whose TLS handshake failed because of a certificate. */
export interface CertificateDenial extends Address {
  readonly code: string;
  readonly message: string;
}

/**
 * The connections of one consumer, producer or admin client. kafkajs keeps a connection whose requests time out and cannot cancel
 * requests. Destroying its sockets rejects everything that waits on them at once.
 */
export class KafkajsSockets {
  readonly #open = new Set<Socket>();
  #closed = false;
  #untrusted: CertificateDenial | undefined;
  #hungUp: Address | undefined;

  readonly factory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    if (this.#closed) throw new Error('the client is closed');
    const usesTls = (ssl as typeof ssl | null) !== null && (ssl as unknown) !== undefined; // kafkajs passes null without TLS.
    const socket = usesTls
      ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...ssl }, onConnect)
      : connectPlain({ host, port }, onConnect);
    socket.setKeepAlive(true, keepAliveMs);
    socket.setNoDelay(true); // Otherwise the end of a request waits for the acknowledgement of its beginning, up to 40 ms.
    const cancelTimeout = systemTimers.after(connectTimeoutMs, () =>
      socket.destroy(new Error(`${host}:${port} accepted no connection within ${connectTimeoutMs} ms`)),
    );
    socket.once(usesTls ? 'secureConnect' : 'connect', cancelTimeout);
    // kafkajs ends the same dead socket once for each pending request; Node keeps a listener for each.
    const unref = socket.unref.bind(socket);
    socket.unref = () => (socket.destroyed ? socket : unref());
    this.#watch(socket, { host, port });
    this.#open.add(socket);
    socket.once('close', () => {
      cancelTimeout();
      this.#open.delete(socket);
    });
    return socket;
  };

  /** The last certificate that was not accepted, unless a later one was. */
  get untrusted(): CertificateDenial | undefined {
    return this.#untrusted;
  }

  /** The last broker that accepted a connection and closed it. */
  get hungUp(): Address | undefined {
    return this.#hungUp;
  }

  #watch(socket: Socket, broker: Address): void {
    socket.once('secureConnect', () => (this.#untrusted = undefined));
    socket.once('end', () => (this.#hungUp = broker));
    socket.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      if (code !== undefined && certificateErrors.test(code)) this.#untrusted = { ...broker, code, message };
      if (code === 'ECONNRESET') this.#hungUp = broker;
    });
  }

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
