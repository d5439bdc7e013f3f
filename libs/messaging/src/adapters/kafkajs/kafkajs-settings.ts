import { createSecureContext, type ConnectionOptions } from 'node:tls';
import type { KafkaConfig, SASLOptions } from 'kafkajs';
import type { Decompress } from './codecs.js';
import type { KafkaLog } from './kafkajs-log.js';

/** How a client logs in to the brokers. `token` is called for each connection. */
export type SaslSettings =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      readonly password: string;
    }
  | { readonly mechanism: 'oauthbearer'; readonly token: () => Promise<string> };

/** How to reach the brokers, and as whom. */
export interface KafkaSettings {
  /** `host:port`; an IPv6 address is written in brackets, `[::1]:9093`. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** The groups that read topics without committing are `<readerGroups>.read-…` and `<readerGroups>.tail-…`. Default: `clientId`. */
  readonly readerGroups?: string;
  /** `true`: TLS with the certificate authorities of Node. Otherwise options of `tls.connect`: `ca`, and `cert` and `key` for a client certificate. */
  readonly ssl?: boolean | ConnectionOptions;
  /** Without it the client does not log in. */
  readonly sasl?: SaslSettings;
  /** Decompresses records that are compressed with Zstandard. Default: Node's own, from 22.15 on. */
  readonly zstd?: Decompress;
  /** Gets the log entries of kafkajs at warning level or above. */
  readonly log?: KafkaLog;
}

/** The settings for kafkajs, which writes into what it is given: each client gets objects of its own. */
export function securityOf({ ssl, sasl }: KafkaSettings): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  return {
    ...(ssl === undefined || ssl === false ? {} : { ssl: ssl === true ? true : { ...ssl } }),
    ...(sasl === undefined ? {} : { sasl: saslOf(sasl) }),
  };
}

function saslOf(sasl: SaslSettings): SASLOptions {
  if (sasl.mechanism !== 'oauthbearer') return { ...sasl };
  return { mechanism: sasl.mechanism, oauthBearerProvider: async () => ({ value: await sasl.token() }) };
}

const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'];

/** Throws a TypeError that names the setting which cannot be used. Does not repeat its value. */
export function checkSecurity({ ssl, sasl }: KafkaSettings): void {
  if (typeof ssl === 'object') {
    try {
      createSecureContext(ssl);
    } catch (error) {
      throw new TypeError(`kafka.ssl cannot be used: ${(error as Error).message}`, { cause: error });
    }
  }
  if (!sasl) return;
  if (!mechanisms.includes(sasl.mechanism))
    throw new TypeError(`kafka.sasl.mechanism must be one of ${mechanisms.join(', ')}`);
  if (sasl.mechanism === 'oauthbearer') {
    if (typeof sasl.token !== 'function')
      throw new TypeError('kafka.sasl.token must be a function that returns a token');
    return;
  }
  for (const name of ['username', 'password'] as const)
    if (typeof sasl[name] !== 'string' || sasl[name] === '') throw new TypeError(`kafka.sasl.${name} is missing`);
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Throws a TypeError for what is not `host:port`. */
export function addressOf(broker: string): Address {
  const [, ipv6, name, port] = /^(?:\[([\da-fA-F:.]+(?:%[^\]\s]+)?)\]|([^\s:,[\]]+)):(\d{1,5})$/.exec(broker) ?? [];
  const host = ipv6 ?? name;
  if (host === undefined) throw new TypeError(`"${broker}" is not the address of a broker: it must be host:port`);
  return { host, port: Number(port) };
}
