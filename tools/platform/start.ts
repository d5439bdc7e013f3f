import { relative, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { defaultStateDir } from './process/places.js';
import { killEverything } from './process/temporary-folder.js';
import { doMainJob } from './shop/main-job.js';
import { readScale, type Scale } from './shop/processes.js';
import type { Shop } from './shop/shop.js';
import { startShop } from './shop/start-shop.js';

interface Flags {
  readonly once?: true;
  readonly play: boolean;
  readonly days?: string;
  readonly data?: string;
  readonly seed?: number;
  readonly scale?: Scale;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const stateDir = resolve(process.env['TRADEWIND_STATE'] || defaultStateDir);

const flags = new Command('npm start --')
  .description('Starts the shop, plays real trading through it, and stays up until Ctrl-C.')
  .option(
    '--once',
    'stop everything afterwards; exit code 0 only when every order has its outcome and the audit is clean',
  )
  .option('--no-play', 'only start the shop')
  .option('--days <days>', 'calendar days to play: 1, 1-3 or all (default: 1)', days)
  .option('--data <file>', 'invoice lines to play (default: the shipped month)')
  .option('--seed <number>', 'decides which stock is short and which buyers cancel or are declined', wholeNumber)
  .option('--scale <service=n,...>', 'instances of a service, as order=3,product=2', scale)
  .addHelpText(
    'after',
    "\nSettings: DATABASE_URL (an administrator's), KAFKA_BROKERS, TRADEWIND_STATE, GATEWAY_PORT, ORDER_PORT and so on; see .env.example.",
  )
  .parse()
  .opts<Flags>();

const interruption = new AbortController();
let interruptedAt = 0;
const interrupted = new Promise<void>((resolve) => interruption.signal.addEventListener('abort', () => resolve()));
process.stdout.on('error', () => undefined); // a terminal or pipe that has gone away is no reason not to stop in order
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
    databaseUrl,
    kafkaBrokers,
    say,
    signal: interruption.signal,
    ...(flags.scale && { scale: flags.scale }),
  });
  try {
    show(shop);
    const well = flags.play ? await play(shop) : true;
    if (flags.once) return interruption.signal.aborted ? 130 : well ? 0 : 1;
    if (!interruption.signal.aborted) say('\nThe shop stays open; Ctrl-C stops it.');
    await interrupted;
    return 0;
  } finally {
    await shop.stop();
    say('stopped');
  }
}

async function play(shop: Shop): Promise<boolean> {
  try {
    return await doMainJob(
      shop,
      { days: flags.days, dataFile: flags.data, seed: flags.seed },
      say,
      interruption.signal,
    );
  } catch (error) {
    if (!interruption.signal.aborted)
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return false;
  }
}

function show(shop: Shop): void {
  const near = relative(process.cwd(), shop.state.path);
  const folder = near.startsWith('..') ? shop.state.path : near || '.';
  const rows: [string, string][] = [
    ['gateway', `${shop.gatewayUrl}  (API: ${shop.gatewayUrl}/docs)`],
    ...shop.instances
      .filter(({ service }) => service !== 'gateway')
      .map(({ name, url }): [string, string] => [name, url]),
    ['provider', shop.providerUrl],
    ['PostgreSQL', withoutPassword(shop.adminUrl)],
    ['Kafka', shop.kafkaBrokers],
    ['admin', `${shop.admin.email}, password in ${folder}/secrets.json`],
    ['logs', `${folder}/logs`],
  ];
  say('\nTradewind is open:');
  for (const [name, what] of rows) say(`  ${name.padEnd(12)}${what}`);
  say('');
}

/** npm passes on a Ctrl-C that the terminal has sent us already; what comes within a second is the same one. */
function interrupt(): void {
  if (!interruption.signal.aborted) {
    interruptedAt = Date.now();
    say('\nstopping; Ctrl-C once more forces it');
    interruption.abort(new Error('interrupted'));
  } else if (Date.now() - interruptedAt > 1_000) {
    killEverything(stateDir);
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
    return readScale(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** Refused before anything starts; whether the file has these days is seen when it is read. */
function days(text: string): string {
  if (/^(all|[1-9]\d{0,3}(-[1-9]\d{0,3})?)$/.test(text)) return text;
  throw new InvalidArgumentError('Days are 1, 1-3 or all.');
}
