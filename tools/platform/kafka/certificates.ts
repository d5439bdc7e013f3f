import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate authority and a broker's certificate for 127.0.0.1, ::1, localhost and more hosts. */
export interface Certificates {
  /** The certificate of the authority, PEM. */
  readonly ca: string;
  readonly caFile: string;
  /** The broker's private key and certificate in one PEM file. */
  readonly brokerFile: string;
}

/** Makes new ones. Needs openssl on the path. */
export function makeCertificates(
  folder: string,
  { days = 2, hosts = [] }: { readonly days?: number; readonly hosts?: readonly string[] } = {},
): Certificates {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  writeFileSync(
    file('names'),
    `subjectAltName=${['IP:127.0.0.1', 'IP:::1', 'DNS:localhost', ...hosts.map((host) => `DNS:${host}`)].join(',')}\n`,
  );
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    String(days),
    '-subj',
    '/CN=Tradewind CA',
  );
  openssl('req', ...newKey, '-keyout', 'broker.key', '-out', 'broker.csr', '-subj', '/CN=localhost');
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', String(days), '-extfile', 'names'];
  openssl('x509', '-req', '-in', 'broker.csr', ...signed, '-out', 'broker.crt');
  const [key, certificate, ca] = ['broker.key', 'broker.crt', 'ca.pem'].map((name) => readFileSync(file(name), 'utf8'));
  for (const name of ['ca.key', 'broker.key']) rmSync(file(name));
  writeFileSync(file('broker.pem'), `${key}${certificate}${ca}`, { mode: 0o600 });
  return { ca: ca!, caFile: file('ca.pem'), brokerFile: file('broker.pem') };
}
