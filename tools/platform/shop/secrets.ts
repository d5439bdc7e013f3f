import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { perKafkaUser, type KafkaUser } from '../../kafka-users.js';
import { perDatabase, type DatabaseService } from '../../services.js';
import type { RolePasswords } from '../postgres/service-database.js';

/** Created once for each state folder. They protect the data in the same folder, so they are removed together with it. */
export interface Secrets {
  readonly postgresPassword: string;
  /** Of the two roles of each service's database. */
  readonly databasePasswords: Readonly<Record<DatabaseService, RolePasswords>>;
  /** Of the users at a Kafka with logins. */
  readonly kafkaPasswords: Readonly<Record<KafkaUser, string>>;
  /** Wraps the users' data keys: 32 bytes, base64. */
  readonly dataKeySecret: string;
  readonly providerWebhookSecret: string;
  /** Signs the sessions of the console. */
  readonly consoleSecret: string;
  /** The payment service sends it to the provider. */
  readonly providerApiKey: string;
  /** The root key that signs the signing keys of access tokens: `x` and `d` of an Ed25519 JWK. */
  readonly signingRoot: { readonly publicKey: string; readonly privateKey: string };
  readonly admin: { readonly email: string; readonly password: string };
}

export function openSecrets(file: string): Secrets {
  if (!existsSync(file)) {
    writeFileSync(`${file}.new`, `${JSON.stringify(newSecrets(), undefined, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
  } catch (error) {
    throw new Error(
      `${file} can't be read (${(error as Error).message}); the state folder is useless without it: run "npm run reset" to start empty`,
    );
  }
}

/** Random ones. */
export function newSecrets(): Secrets {
  const password = (): string => randomBytes(18).toString('base64url');
  return {
    postgresPassword: password(),
    databasePasswords: perDatabase(() => ({ service: password(), owner: password() })),
    kafkaPasswords: perKafkaUser(password),
    dataKeySecret: randomBytes(32).toString('base64'),
    providerWebhookSecret: randomBytes(32).toString('base64'),
    providerApiKey: password(),
    consoleSecret: randomBytes(32).toString('base64'),
    signingRoot: newSigningRoot(),
    admin: { email: 'admin@tradewind.example', password: password() },
  };
}

function newSigningRoot(): Secrets['signingRoot'] {
  const { x = '', d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return { publicKey: x, privateKey: d };
}
