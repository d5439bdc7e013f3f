import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { playShop } from '../../tools/shop/main.js';
import { AskedAgain } from './asked-again.js';
import { drills, type Drill } from './drills.js';
import { Ground } from './ground.js';
import { playDrills, type DrillResult } from './play-drills.js';

interface Flags {
  readonly only?: readonly Drill[];
  readonly days: string;
  readonly report?: string;
}

/** The last day of the shipped month. */
const lastDay = 23;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const flags = new Command('npm run drills --')
  .description(
    "Lets a shop trade, loses its databases and its Kafka one after another, brings each back with the operator's commands, and compares.",
  )
  .option(
    '--only <names>',
    `only drills whose names hold one of these, as lost,kafka; there are ${drills.map(({ name }) => name).join(', ')}`,
    chosen,
  )
  .option('--days <days>', 'of trading: a number, or all; the copies are made in the middle', '2')
  .option('--report <file>', 'write the results there as JSON')
  .parse()
  .opts<Flags>();

process.exitCode = await run();
process.exit();

async function run(): Promise<number> {
  const ground = await Ground.open(say);
  try {
    const [before, after] = halves(flags.days);
    await trade(ground, before);
    const asked = await AskedAgain.begin(ground);
    await ground.rest();
    await ground.copyEverything();
    await trade(ground, after);
    await ground.rest();
    await ground.audit();
    const { only = drills } = flags;
    const results = await playDrills(ground, only, asked);
    await asked.close();
    for (const line of tableOf(results)) say(line);
    if (flags.report) writeFileSync(flags.report, `${JSON.stringify({ days: flags.days, results }, undefined, 1)}\n`);
    return results.length === only.length && results.every(({ wrong }) => wrong === undefined) ? 0 : 1;
  } finally {
    await ground.close();
  }
}

async function trade({ shop, historyFile }: Ground, days: string): Promise<void> {
  const { gatewayUrl, admin } = shop;
  const { ok } = await playShop({
    gatewayUrl,
    adminEmail: admin.email,
    adminPassword: admin.password,
    days,
    historyFile,
    log: say,
  });
  if (!ok) throw new Error('the trading did not go as it should');
}

/** The days before the copies are made, and those after. */
function halves(days: string): [string, string] {
  const last = days === 'all' ? lastDay : Number(days);
  const half = Math.max(1, Math.floor(last / 2));
  return [`1-${half}`, `${half + 1}-${Math.max(half + 1, last)}`];
}

function tableOf(results: readonly DrillResult[]): string[] {
  const rows = results.map(({ name, messages, seconds, lost, rows: held, wrong }) => [
    name,
    String(messages),
    (seconds / 60).toFixed(1),
    String(Math.round(messages / seconds)),
    String(held),
    String(lost),
    wrong === undefined ? 'as it was' : `WRONG: ${wrong}`,
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

function chosen(text: string): readonly Drill[] {
  const words = text.split(',').map((word) => word.trim());
  const found = drills.filter(({ name }) => words.some((word) => name.includes(word)));
  if (found.length === 0) throw new InvalidArgumentError(`there are ${drills.map(({ name }) => name).join(', ')}`);
  return found;
}
