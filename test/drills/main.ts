import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { simulateTrading } from '../../tools/shop/main.js';
import { RepeatedRequests } from './repeated-requests.js';
import type { Drill } from './drill.js';
import { drills } from './drills.js';
import { DrillEnvironment } from './environment.js';
import { runDrills, type DrillResult } from './run-drills.js';

interface Flags {
  readonly only?: readonly Drill[];
  readonly days: string;
  readonly report?: string;
}

/** The last day of the shipped month. */
const lastDay = 23;

const log = (line: string): void => void process.stdout.write(`${line}\n`);

const flags = new Command('npm run drills --')
  .description(
    "Loses the databases and the Kafka of a shop one after another, recovers each with the operator's commands, and compares the content.",
  )
  .option(
    '--only <names>',
    `only drills whose name contains one of these, for instance lost,kafka; there are ${drills.map(({ name }) => name).join(', ')}`,
    chosenDrills,
  )
  .option('--days <days>', 'days of trading, a number or all; the copies are made in the middle', '2')
  .option('--report <file>', 'write the results to this file as JSON')
  .parse()
  .opts<Flags>();

process.exitCode = await run();
process.exit();

async function run(): Promise<number> {
  const environment = await DrillEnvironment.open(log);
  try {
    const [before, after] = halves(flags.days);
    await trade(environment, before);
    const requests = await RepeatedRequests.send(environment);
    await environment.waitUntilIdle();
    await environment.copyEverything();
    await trade(environment, after);
    await environment.waitUntilIdle();
    await environment.audit();
    const { only = drills } = flags;
    const results = await runDrills(environment, only, requests);
    await requests.close();
    for (const line of tableOf(results)) log(line);
    if (flags.report) writeFileSync(flags.report, `${JSON.stringify({ days: flags.days, results }, undefined, 1)}\n`);
    return results.length === only.length && results.every(({ wrong }) => wrong === undefined) ? 0 : 1;
  } finally {
    await environment.close();
  }
}

async function trade({ shop, historyFile }: DrillEnvironment, days: string): Promise<void> {
  const { gatewayUrl, admin } = shop;
  const { ok } = await simulateTrading({
    gatewayUrl,
    adminEmail: admin.email,
    adminPassword: admin.password,
    days,
    historyFile,
    log,
  });
  if (!ok) throw new Error('the trading failed');
}

/** The days before the copies are made, and those after. */
function halves(days: string): [string, string] {
  const last = days === 'all' ? lastDay : Number(days);
  const half = Math.max(1, Math.floor(last / 2));
  return [`1-${half}`, `${half + 1}-${Math.max(half + 1, last)}`];
}

function tableOf(results: readonly DrillResult[]): string[] {
  const rows = results.map(({ name, messages, seconds, lost, rows: rowCount, wrong }) => [
    name,
    String(messages),
    (seconds / 60).toFixed(1),
    String(Math.round(messages / seconds)),
    String(rowCount),
    String(lost),
    wrong === undefined ? 'ok' : `WRONG: ${wrong}`,
  ]);
  const all = [['DRILL', 'MESSAGES', 'MINUTES', 'MESSAGES/S', 'ROWS', 'LOST', 'HASHES AND AUDIT'], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.split('\n')[0]!.length)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

function chosenDrills(text: string): readonly Drill[] {
  const parts = text.split(',').map((part) => part.trim());
  const found = drills.filter(({ name }) => parts.some((part) => name.includes(part)));
  if (found.length === 0) throw new InvalidArgumentError(`there are ${drills.map(({ name }) => name).join(', ')}`);
  return found;
}
