import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kafkaJars } from '../process/paths.js';
import { freePorts } from '../process/ports.js';
import { makeCertificates, type Certificates } from './certificates.js';
import { startKafka, type Kafka } from './start-kafka.js';
import { javaCommand } from './start-node.js';

export interface SecureKafkaOptions {
  /** The folder of the broker and of its certificates. */
  readonly folder: string;
  /** Passwords by user, for SCRAM-SHA-512 and PLAIN alike. */
  readonly users: Readonly<Record<string, string>>;
  /** Users that may do everything. All others need ACLs. */
  readonly superUsers: readonly string[];
  readonly settings?: Readonly<Record<string, string>>;
}

/** `brokers` is the plain listener, whose clients may do everything. */
export interface SecureKafka extends Kafka {
  readonly certificates: Certificates;
  /** `host:port` of the listener with TLS and login. */
  readonly secureBrokers: string;
  /** The same on IPv6: `[::1]:port`. */
  readonly secureBrokersOnIpv6: string;
  /** Changes the SCRAM-SHA-512 password of a user. Connections stay open until they log in again. */
  setPassword(user: string, password: string): Promise<void>;
}

/** Starts one broker with a listener SASL_SSL, for tests. Needs openssl on the path. */
export async function startSecureKafka({
  folder,
  users,
  superUsers,
  settings,
}: SecureKafkaOptions): Promise<SecureKafka> {
  const certificates = makeCertificates(join(folder, 'certificates'));
  const [port = 0, controllerPort = 0, securePort = 0, ipv6Port = 0] = await freePorts(4);
  const kafka = await startKafka({
    dataDir: join(folder, 'kafka'),
    port,
    controllerPort,
    logFile: join(folder, 'kafka.log'),
    shortLived: true,
    secure: { port: securePort, ipv6Port, certificateFile: certificates.brokerFile, users, superUsers },
    ...(settings && { settings }),
  });
  return {
    ...kafka,
    certificates,
    secureBrokers: `127.0.0.1:${securePort}`,
    secureBrokersOnIpv6: `[::1]:${ipv6Port}`,
    setPassword: (user, password) => setPassword(kafka.brokers, user, password),
  };
}

async function setPassword(brokers: string, user: string, password: string): Promise<void> {
  const program = ['-XX:TieredStopAtLevel=1', '-cp', `${kafkaJars()}/*`, 'kafka.admin.ConfigCommand'];
  const change = ['--alter', '--add-config', `SCRAM-SHA-512=[password=${password}]`];
  const target = ['--bootstrap-server', brokers, '--entity-type', 'users', '--entity-name', user];
  await promisify(execFile)(javaCommand(), [...program, ...target, ...change]);
}
