#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander';
import { simulateTrading, readPlan } from './main.js';
import { mismatchTable, rowTable } from './trading/summary-table.js';
import { groupBy } from './retail/group-by.js';
import { withSettingFiles } from '../setting-files.js';

const wholeNumber =
  (minimum: number) =>
  (text: string): number => {
    const number = Number(text);
    if (!Number.isSafeInteger(number) || number < minimum)
      throw new InvalidArgumentError(`expected a whole number from ${minimum}`);
    return number;
  };

const program = new Command('shop')
  .description('Simulates real trading through the public HTTP API of a running shop.')
  .addOption(
    new Option('--gateway <url>', 'address of the gateway').env('GATEWAY_URL').default('http://127.0.0.1:3000'),
  )
  .addOption(new Option('--admin-email <address>', 'the admin who adds the products').env('ADMIN_EMAIL'))
  .addOption(
    new Option(
      '--admin-password <password>',
      'safer in the environment (or the file of ADMIN_PASSWORD_FILE) than on the command line',
    ).env('ADMIN_PASSWORD'),
  )
  .option('--data <file>', '.csv or .csv.gz of invoice lines (default: the shipped month, 2010-12)')
  .option('--days <days>', 'calendar days from the first date of the file: 1, 1-3 or all', '1')
  .option('--seed <number>', 'decides which stock is short and which buyers cancel or are declined', wholeNumber(0), 1)
  .option('--concurrency <number>', 'buyers that act concurrently', wholeNumber(1), 16)
  .option('--call-timeout <seconds>', 'how long a call is retried while the shop is unreachable', wholeNumber(1), 120)
  .option('--outcome-timeout <seconds>', 'the longest time that an order may take to its outcome', wholeNumber(1), 300)
  .option('--history <file>', 'append every call to this file, as JSON lines')
  .option('--report <file>', 'write the whole summary to this file, as JSON', '.tradewind/shop-report.json')
  .option('--plan', 'read the file and print the plan; needs no shop')
  .addHelpText(
    'after',
    '\nExit codes: 0 every order has its outcome, 1 something went wrong with the orders, 2 the simulation could not start.',
  );

interface Flags {
  gateway: string;
  adminEmail?: string;
  adminPassword?: string;
  data?: string;
  days: string;
  seed: number;
  concurrency: number;
  callTimeout: number;
  outcomeTimeout: number;
  history?: string;
  report: string;
  plan?: true;
}

const log = (line: string): void => console.log(line);

async function run(flags: Flags): Promise<number> {
  const {
    gateway: gatewayUrl,
    data: dataFile,
    history: historyFile,
    report: reportFile,
    adminEmail,
    adminPassword = withSettingFiles(process.env, ['ADMIN_PASSWORD'])['ADMIN_PASSWORD'],
    callTimeout: callTimeoutSeconds,
    outcomeTimeout: outcomeTimeoutSeconds,
    ...rest
  } = flags;
  if (flags.plan) {
    const plan = await readPlan({ dataFile, log, ...rest });
    const unmatched = Object.fromEntries(
      [...groupBy(plan.unmatched, ({ reason }) => reason)].map(([reason, list]) => [reason, list.length]),
    );
    const orders = plan.actions.filter(({ type }) => type === 'order').length;
    for (const line of [...rowTable(plan.rowCounts, plan.days), ...mismatchTable(unmatched)]) log(line);
    log(
      `\nWould simulate ${orders} orders and ${plan.actions.length - orders} cancellations of the file, with ${plan.articles.length} articles.`,
    );
    return 0;
  }
  if (!adminEmail || !adminPassword)
    throw new Error('Set ADMIN_EMAIL and ADMIN_PASSWORD to an admin of the shop (`tradewind admin create` makes one).');
  const { ok } = await simulateTrading({
    gatewayUrl,
    dataFile,
    historyFile,
    reportFile,
    adminEmail,
    adminPassword,
    callTimeoutSeconds,
    outcomeTimeoutSeconds,
    log,
    signal: interrupted(),
    ...rest,
  });
  return ok ? 0 : 1;
}

function interrupted(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort(new Error('interrupted')));
  process.once('SIGTERM', () => controller.abort(new Error('interrupted')));
  return controller.signal;
}

try {
  process.exitCode = await run(program.parse().opts<Flags>());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
