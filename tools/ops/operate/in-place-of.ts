import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../platform/process/places.js';
import { databaseNames, type DatabaseName } from '../gather/database-names.js';
import { CannotDo } from '../operator/databases.js';
import { NotFound, stateDir } from '../where.js';
import { progress, shopOf, type ShopFlags } from '../commands/shop-command.js';

const sealing: ReadonlySet<DatabaseName> = new Set(['user', 'cart', 'order']);

/** The service that a consumer belongs to: `cart` of `cart.prices`. Throws CannotDo naming those that there are. */
export function serviceOf(consumer: string): DatabaseName {
  const service = databaseNames.find((name) => name === consumer.split('.')[0]);
  if (!service)
    throw new CannotDo(
      `no service consumes as "${consumer}": a consumer is called after its service, ${databaseNames.join(', ')}, as in cart.prices`,
    );
  return service;
}

/**
 * Lets a service's own program do something in its place, and gives what it tells. Its progress goes to stderr. Ctrl-C is its to
 * hear: it ends in good order, and so do we. Throws CannotDo when it failed, its own words were told by then.
 */
export async function inPlaceOf<T>(service: DatabaseName, verb: string, request: object, flags: ShopFlags): Promise<T> {
  const { databases, brokers } = shopOf(flags);
  const env = {
    ...process.env,
    PORT: '0',
    DATABASE_URL: databases[service],
    KAFKA_BROKERS: brokers,
    ...(sealing.has(service) ? { DATA_KEY_SECRET: dataKeySecret(flags) } : {}),
  };
  const waitsForChild = (): void => undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, waitsForChild);
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', join(root, `dist/apps/${service}/src/operate.js`), verb, JSON.stringify(request)],
    { env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let told = '';
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    const lines = (said + chunk.toString()).split('\n');
    said = lines.pop()!;
    lines.forEach((line) => progress(line));
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once('error', reject).once('close', resolve),
    );
    if (said) progress(said);
    if (code !== 0) throw new CannotDo(`${verb} of ${service} failed`);
    return JSON.parse(told) as T;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, waitsForChild);
  }
}

export function dataKeySecret({ state }: ShopFlags): string {
  const file = join(state ?? stateDir(process.env), 'secrets.json');
  const secret =
    process.env['DATA_KEY_SECRET'] ||
    (existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as { dataKeySecret?: string }).dataKeySecret
      : undefined);
  if (!secret)
    throw new NotFound(
      `DATA_KEY_SECRET is not set, and ${file} does not have it: set it to the secret of the user service`,
    );
  return secret;
}
