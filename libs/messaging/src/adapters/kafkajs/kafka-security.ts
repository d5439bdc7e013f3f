import { readFileSync } from 'node:fs';
import type { KafkaSettings, SaslSettings } from './kafkajs-settings.js';

type Variable = 'KAFKA_SSL_CA_FILE' | 'KAFKA_SASL_MECHANISM' | 'KAFKA_SASL_USERNAME' | 'KAFKA_SASL_PASSWORD_FILE';

const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
const login = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD_FILE'] as const;

/**
 * `ssl` and `sasl` of a client from environment variables. KAFKA_SSL_CA_FILE (a PEM file) turns TLS on; KAFKA_SASL_MECHANISM,
 * KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD_FILE together are a login. Throws a TypeError that begins with the name of the wrong
 * variable and repeats no value.
 */
export function kafkaSecurity(environment: {
  readonly [name in Variable]?: string | undefined;
}): Pick<KafkaSettings, 'ssl' | 'sasl'> {
  const valueOf = (name: Variable): string | undefined => environment[name]?.trim() || undefined;
  const caFile = valueOf('KAFKA_SSL_CA_FILE');
  const ca = caFile === undefined ? undefined : textOf('KAFKA_SSL_CA_FILE', caFile);
  if (ca !== undefined && !ca.includes('-----BEGIN CERTIFICATE-----'))
    throw new TypeError('KAFKA_SSL_CA_FILE must be a file of certificates in PEM format');
  const present = login.filter((name) => valueOf(name) !== undefined);
  const sasl = present.length === 0 ? undefined : loginOf(valueOf);
  return { ...(ca === undefined ? {} : { ssl: { ca } }), ...(sasl && { sasl }) };
}

function loginOf(valueOf: (name: Variable) => string | undefined): SaslSettings {
  const [mechanism, username, passwordFile] = login.map((name) => {
    const value = valueOf(name);
    if (value === undefined)
      throw new TypeError(`${name} is missing: ${login.join(', ')} are set together, or none of them`);
    return value;
  }) as [string, string, string];
  const known = mechanisms.find((each) => each === mechanism.toLowerCase());
  if (!known) throw new TypeError(`KAFKA_SASL_MECHANISM must be one of ${mechanisms.join(', ')}`);
  const password = textOf('KAFKA_SASL_PASSWORD_FILE', passwordFile).replace(/\r?\n$/, '');
  if (password === '') throw new TypeError('KAFKA_SASL_PASSWORD_FILE is empty: it must contain the password');
  return { mechanism: known, username, password };
}

function textOf(name: Variable, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TypeError(`${name} must be a file that can be read (${code})`, { cause: error });
  }
}
