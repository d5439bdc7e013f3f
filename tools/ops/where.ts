import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultStateDir } from '../platform/process/places.js';
import type { InstanceAddress } from './gather/size-facts.js';
import { databaseNames, type DatabaseName } from './gather/database-names.js';

/** Where a running shop keeps what an operator looks at. */
export interface Where {
  readonly databases: Readonly<Record<DatabaseName, string>>;
  readonly brokers: string;
  /** Of the database cluster's administrator: only to make a database that is gone. */
  readonly adminUrl: string | undefined;
  readonly providerLog: string | undefined;
  /** The running processes; none where only the environment tells where the shop is. */
  readonly instances: readonly InstanceAddress[];
}

/** Nobody has said where the shop is. The message says how to. */
export class NotFound extends Error {
  override readonly name = 'NotFound';
}

type Environment = Readonly<Record<string, string | undefined>>;

export const stateDir = (env: Environment): string => env['TRADEWIND_STATE'] || defaultStateDir;

const settingOf = (name: DatabaseName): string => `${name.toUpperCase()}_DATABASE_URL`;

/** What `npm start` has written down, or the environment, which goes before it. */
export function findShop(env: Environment, folder: string = stateDir(env)): Where {
  const file = join(folder, 'shop.json');
  const known = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as {
        databases?: Record<string, string>;
        kafkaBrokers?: string;
        adminUrl?: string;
        providerLog?: string;
        instances?: InstanceAddress[];
      })
    : {};
  const missing: string[] = [];
  const need = (setting: string, found: string | undefined): string => {
    if (!found) missing.push(setting);
    return found ?? '';
  };
  const databases = databaseNames.map(
    (name) => [name, need(settingOf(name), env[settingOf(name)] || known.databases?.[name])] as const,
  );
  const brokers = need('KAFKA_BROKERS', env['KAFKA_BROKERS'] || known.kafkaBrokers);
  if (missing.length > 0) {
    throw new NotFound(
      `no shop is running on ${folder}, and ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set. Start one with "npm start", name its folder with --state, or set them.`,
    );
  }
  return {
    databases: Object.fromEntries(databases) as Record<DatabaseName, string>,
    brokers,
    adminUrl: env['ADMIN_DATABASE_URL'] || known.adminUrl,
    providerLog: env['PROVIDER_LOG'] || known.providerLog,
    instances: known.instances ?? [],
  };
}
