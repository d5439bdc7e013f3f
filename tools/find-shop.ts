import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Option } from 'commander';
import { defaultStateDir } from './platform/process/paths.js';
import type { Secrets } from './platform/shop/secrets.js';
import { databaseServices, databaseSetting, ownerSetting, perDatabase, type DatabaseService } from './services.js';
import { withSettingFiles } from './setting-files.js';

/** The addresses of a running shop. */
export interface RunningShop {
  readonly databases: Readonly<Record<DatabaseService, string>>;
  /** The same as the owners of their tables, for operations that change tables. */
  readonly ownedDatabases: Readonly<Record<DatabaseService, string>>;
  readonly brokers: string;
  /** The folder of the logins at Kafka, of a shop that was started with --secure. */
  readonly kafkaLogins: string | undefined;
  /** Of an administrator of the database cluster: only needed to create a lost database. */
  readonly adminUrl: string | undefined;
  readonly providerLog: string | undefined;
  /** To which the user service writes e-mails. */
  readonly mailFolder: string | undefined;
  /** The folder of the bundled programs; undefined where the services run from compiled modules. */
  readonly bundles: string | undefined;
  /** The running processes; empty if the addresses come from the environment only. */
  readonly instances: readonly {
    readonly name: string;
    readonly service: string;
    readonly url: string;
    readonly operationsUrl: string;
  }[];
}

/** The shop's addresses are not known. The message says how to give them. */
export class ShopNotFound extends Error {
  override readonly name = 'ShopNotFound';
  /** Of the programs that print the message. */
  readonly exitCode = 2;
}

type Environment = Readonly<Record<string, string | undefined>>;

export const stateDir = (env: Environment): string => env['TRADEWIND_STATE'] || defaultStateDir;

/** The option of every command that looks for a running shop. */
export const stateOption = (): Option =>
  new Option('--state <folder>', 'where the shop was started').env('TRADEWIND_STATE').default(undefined, '.tradewind');

const addressSettings = [
  ...databaseServices.flatMap((name) => [databaseSetting(name), ownerSetting(name)]),
  'ADMIN_DATABASE_URL',
];

/** Reads the addresses that `npm start` has written. The environment takes precedence; a `…_FILE` there names the file of an address. */
export function findShop(environment: Environment, folder: string = stateDir(environment)): RunningShop {
  const env = withSettingFiles(environment, addressSettings);
  const file = join(folder, 'shop.json');
  const known = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as {
        databases?: Record<string, string>;
        ownedDatabases?: Record<string, string>;
        kafkaBrokers?: string;
        kafkaLogins?: string;
        adminUrl?: string;
        providerLog?: string;
        mailFolder?: string;
        bundles?: string;
        instances?: RunningShop['instances'];
      })
    : {};
  const missing: string[] = [];
  const required = (setting: string, found: string | undefined): string => {
    if (!found) missing.push(setting);
    return found ?? '';
  };
  const databases = perDatabase((service) =>
    required(databaseSetting(service), env[databaseSetting(service)] || known.databases?.[service]),
  );
  const brokers = required('KAFKA_BROKERS', env['KAFKA_BROKERS'] || known.kafkaBrokers);
  if (missing.length > 0) {
    throw new ShopNotFound(
      `no shop is running on ${folder}, and ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set. Start one with "npm start", name its folder with --state, or set them.`,
    );
  }
  return {
    databases,
    ownedDatabases: perDatabase(
      (service) =>
        env[ownerSetting(service)] ||
        (env[databaseSetting(service)] ? undefined : known.ownedDatabases?.[service]) ||
        databases[service],
    ),
    brokers,
    kafkaLogins: env['KAFKA_BROKERS'] ? undefined : known.kafkaLogins,
    adminUrl: env['ADMIN_DATABASE_URL'] || known.adminUrl,
    providerLog: env['PROVIDER_LOG'] || known.providerLog,
    mailFolder: env['MAIL_FOLDER'] || known.mailFolder,
    bundles: known.bundles,
    instances: known.instances ?? [],
  };
}

/** The settings that `npm start` keeps in `secrets.json`, and where. */
const secretSettings = {
  DATA_KEY_SECRET: ({ dataKeySecret }: Partial<Secrets>) => dataKeySecret,
  SIGNING_ROOT_PUBLIC_KEY: ({ signingRoot }: Partial<Secrets>) => signingRoot?.publicKey,
  SIGNING_ROOT_PRIVATE_KEY: ({ signingRoot }: Partial<Secrets>) => signingRoot?.privateKey,
};

/** These settings, each from the environment, or from the folder of `npm start`. */
export function secretsOf<N extends keyof typeof secretSettings>(
  names: readonly N[],
  environment: Environment,
  folder: string = stateDir(environment),
): Record<N, string> {
  const env = withSettingFiles(environment, names);
  const file = join(folder, 'secrets.json');
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>) : {};
  const secretOf = (name: N): string => {
    const secret = env[name] || secretSettings[name](known);
    if (secret) return secret;
    throw new ShopNotFound(`${name} is not set, and ${file} does not have it: set it to that of the services`);
  };
  return Object.fromEntries(names.map((name) => [name, secretOf(name)])) as Record<N, string>;
}
