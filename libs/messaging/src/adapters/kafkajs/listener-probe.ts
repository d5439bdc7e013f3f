import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { systemTimers } from '../system/system.js';
import type { Address } from './kafkajs-settings.js';

/** Longest time for each question to a broker. */
const timeoutMs = 2_000;

// API keys and an error code of Kafka's protocol
const saslHandshake = 17;
const apiVersions = 18;
const illegalSaslState = 34;

/** How a listener of a broker must be talked to. Undefined: it gave no answer. */
export interface ListenerKind {
  readonly tls?: boolean | undefined;
  readonly login?: boolean | undefined;
}

/**
 * Asks a broker that closes connections what its listener expects: a broker does not tell a client that talks without TLS to a listener with
 * TLS, the other way round, or without a login, it only hangs up. Sends nothing secret and accepts any certificate.
 */
export async function probeListener(broker: Address, tls: ConnectionOptions | undefined): Promise<ListenerKind> {
  const insecure = { ...tls, rejectUnauthorized: false, ...(isIP(broker.host) === 0 && { servername: broker.host }) };
  for (const encrypted of tls ? [true, false] : [false, true]) {
    const open = (): Socket => (encrypted ? connectTls({ ...broker, ...insecure }) : connectPlain({ ...broker }));
    if ((await ask(open(), apiVersions, Buffer.alloc(0), encrypted)) === undefined) continue;
    const error = await ask(open(), saslHandshake, mechanism, encrypted);
    return { tls: encrypted, login: error === undefined ? undefined : error !== illegalSaslState };
  }
  return {};
}

const mechanism = Buffer.from('\0\u0005PLAIN');

/** The error code of the answer, which is its first field after the correlation id. Undefined without an answer of Kafka. */
function ask(socket: Socket, apiKey: number, body: Buffer, encrypted: boolean): Promise<number | undefined> {
  return new Promise((resolve) => {
    const cancel = systemTimers.after(timeoutMs, () => end(undefined));
    const end = (answer: number | undefined): void => {
      cancel();
      socket.destroy();
      resolve(answer);
    };
    let received = Buffer.alloc(0);
    socket.on('error', () => end(undefined)).on('close', () => end(undefined));
    socket.once(encrypted ? 'secureConnect' : 'connect', () => socket.write(requestOf(apiKey, body)));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 10) return;
      end(received.readInt32BE(4) === apiKey ? received.readInt16BE(8) : undefined);
    });
  });
}

/** Version 0, without a client id; the correlation id is the API key. */
function requestOf(apiKey: number, body: Buffer): Buffer {
  const head = Buffer.alloc(14);
  head.writeInt32BE(10 + body.length, 0);
  head.writeInt16BE(apiKey, 4);
  head.writeInt32BE(apiKey, 8);
  head.writeInt16BE(-1, 12);
  return Buffer.concat([head, body]);
}
