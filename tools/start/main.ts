import { relative, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { defaultStateDir } from '../platform/process/paths.js';
import { killAll } from '../platform/process/temporary-folder.js';
import { tradeAndAudit } from './trade-and-audit.js';
import { parseScale, type Scale } from '../platform/shop/processes.js';
import type { Shop } from '../platform/shop/shop.js';
import { startShop } from '../platform/shop/start-shop.js';

interface Flags {
  readonly once?: true;
  readonly trading: boolean;
  readonly days?: string;
  readonly data?: string;
  readonly seed?: number;
  readonly scale?: Scale;
  readonly secure?: true;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const stateDir = resolve(process.env['TRADEWIND_STATE'] || defaultStateDir);

const flags = new Command('npm start --')
  .description('Starts the shop, simulates real trading through it, audits it, and runs until Ctrl-C.')
  .option(
    '--once',
    'stop everything afterwards; exit code 0 only when every order has its outcome and the audit is clean',
  )
  .option('--no-trading', 'only start the shop')
  .option('--days <days>', 'calendar days to simulate: 1, 1-3 or all (default: 1)', days)
  .option('--data <file>', 'file of invoice lines (default: the shipped month)')
  .option('--seed <number>', 'decides which stock is short and which buyers cancel or are declined', wholeNumber)
  .option('--scale <service=n,...>', 'instances of a service, as order=3,product=2', scale)
  .option('--secure', 'TLS and a login of its own for each service and tool at Kafka; see docs/security.md')
  .addHelpText(
    'after',
    "\nSettings: DATABASE_URL (an administrator's), KAFKA_BROKERS, TRADEWIND_STATE, GATEWAY_PORT, ORDER_PORT and so on; see .env.example.",
  )
  .parse()
  .opts<Flags>();

const interruption = new AbortController();
let interruptedAt = 0;
const interrupted = new Promise<void>((resolve) => interruption.signal.addEventListener('abort', () => resolve()));
process.stdout.on('error', () => undefined); // a closed terminal or pipe must not prevent an orderly stop
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);

process.exitCode = await run().catch((error: unknown) => {
  if (interruption.signal.aborted) return 130;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
process.exit();

async function run(): Promise<number> {
  const { DATABASE_URL: databaseUrl, KAFKA_BROKERS: kafkaBrokers } = process.env;
  const shop = await startShop({
    stateDir,
    ports: 'default',
    bundled: true,
    console: true,
    databaseUrl,
    kafkaBrokers,
    log: print,
    signal: interruption.signal,
    ...(flags.secure && { secure: true }),
    ...(flags.scale && { scale: flags.scale }),
  });
  try {
    printAddresses(shop);
    const successful = flags.trading ? await trade(shop) : true;
    if (flags.once) return interruption.signal.aborted ? 130 : successful ? 0 : 1;
    if (!interruption.signal.aborted) print('\nThe shop keeps running; Ctrl-C stops it.');
    await interrupted;
    return 0;
  } finally {
    await shop.stop();
    print('stopped');
  }
}

async function trade(shop: Shop): Promise<boolean> {
  try {
    return await tradeAndAudit(
      shop,
      { days: flags.days, dataFile: flags.data, seed: flags.seed },
      print,
      interruption.signal,
    );
  } catch (error) {
    if (!interruption.signal.aborted)
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return false;
  }
}

function printAddresses(shop: Shop): void {
  const path = relative(process.cwd(), shop.state.path);
  const folder = path.startsWith('..') ? shop.state.path : path || '.';
  const rows: [string, string][] = [
    ['gateway', `${shop.gatewayUrl}  (API: ${shop.gatewayUrl}/docs)`],
    ...shop.instances
      .filter(({ service }) => service !== 'gateway')
      .map(({ name, url }): [string, string] => [name, url]),
    ...(shop.consoleUrl === undefined
      ? []
      : [['console', `${shop.consoleUrl}  (log in as the admin)`] as [string, string]]),
    ['provider', shop.providerUrl],
    ['PostgreSQL', withoutPassword(shop.adminUrl)],
    ['Kafka', shop.kafkaLogins ? `${shop.kafkaBrokers}  (TLS, logins in ${folder}/kafka-logins)` : shop.kafkaBrokers],
    ['admin', `${shop.admin.email}, password in ${folder}/secrets.json`],
    ['e-mails', `${folder}/mail`],
    ['logs', `${folder}/logs`],
  ];
  print('\nTradewind is running:');
  for (const [name, value] of rows) print(`  ${name.padEnd(12)}${value}`);
  print('');
}

/** On Ctrl-C the terminal and npm both send a signal: a second one within a second is ignored. */
function interrupt(): void {
  if (!interruption.signal.aborted) {
    interruptedAt = Date.now();
    print('\nstopping; press Ctrl-C again to kill all processes');
    interruption.abort(new Error('interrupted'));
  } else if (Date.now() - interruptedAt > 1_000) {
    killAll(stateDir);
    process.exit(130);
  }
}

function withoutPassword(url: string): string {
  const copy = new URL(url);
  copy.password = '';
  return copy.href;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('expected a whole number from 0');
  return Number(text);
}

function scale(text: string): Scale {
  try {
    return parseScale(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** Checks the form before anything starts; the reader of the file checks that it has these days. */
function days(text: string): string {
  if (/^(all|[1-9]\d{0,3}(-[1-9]\d{0,3})?)$/.test(text)) return text;
  throw new InvalidArgumentError('Days are 1, 1-3 or all.');
}
