import { Command, InvalidArgumentError } from 'commander';
import { runBench } from '../ground/bench-life.js';
import { load as machineLoad, machine } from '../ground/machine.js';
import { Platform } from '../ground/platform.js';
import { say } from '../ground/say.js';
import { tellReport } from '../ground/tell-report.js';
import { wholeNumber } from '../ground/whole-number.js';
import type { Mode } from '../saga/measure.js';
import { products } from '../saga/orders.js';
import { lineOf, playRound, type Plan } from '../saga/play-round.js';
import { countingStatements } from '../saga/statements.js';
import { openOldShop } from './old-shop.js';
import { chart, markdown, nameOf, type GrowthReport, type OldRound } from './report.js';

interface Flags extends Omit<Plan, 'mode'> {
  readonly orders: readonly number[];
  readonly outstanding: number;
  readonly rounds: number;
  readonly report?: string;
}

/** Orders that buyers place in each round before it is measured, and of which the past is made. */
const played = 300;

const flags = new Command('npm run bench:growth --')
  .description(
    'Measures orders as bench:saga does, over so many past ones, number by number in turn, each round on a Kafka and a PostgreSQL of its own.',
  )
  .option(
    '--orders <numbers>',
    `past orders, as 0,10000,100000,1000000, on top of the ${played} that they are copies of`,
    numbers,
    [0, 10_000, 100_000],
  )
  .option('--outstanding <number>', 'orders without an outcome at any time', wholeNumber, 2_000)
  .option('--rounds <number>', 'of each number', wholeNumber, 3)
  .option('--warm-up <seconds>', 'before each measurement', wholeNumber, 8)
  .option('--seconds <seconds>', 'of each measurement', wholeNumber, 15)
  .option('--report <folder>', 'write growth.md, growth.svg and growth.json there')
  .option('--statements', 'print what PostgreSQL was asked, an order')
  .addHelpText(
    'after',
    '\nExit code 0: after every round every order had one outcome, past ones too, and the audits were clean.',
  )
  .parse()
  .opts<Flags>();
const mode: Mode = { kind: 'closed', outstanding: flags.outstanding };

await runBench(run);

async function run(): Promise<number> {
  say(`${machine()}, load ${machineLoad().toFixed(1)} before it begins`);
  const rounds = new Map<string, OldRound[]>(flags.orders.map((orders) => [nameOf(orders), []]));
  for (let number = 1; number <= flags.rounds; number++) {
    for (const orders of flags.orders) {
      say(`round ${number} of ${flags.rounds}: ${nameOf(orders)}`);
      const round = await measure(orders);
      say(`  ${lineOf(round)}`);
      rounds.get(nameOf(orders))!.push(round);
    }
  }
  const report: GrowthReport = { machine: machine(), mode, seconds: flags.seconds, rounds: Object.fromEntries(rounds) };
  tellReport(
    {
      name: 'growth',
      markdown: markdown(report),
      chart: chart(report),
      shows: 'orders a second, by past orders',
      figures: report,
    },
    flags.report,
  );
  return 0;
}

async function measure(orders: number): Promise<OldRound> {
  const platform = await Platform.open(flags.statements && countingStatements);
  try {
    const { brokers, postgresUrl, folder } = platform;
    const since = performance.now();
    const { contestant, past, databaseBytes } = await openOldShop(
      { brokers, postgresUrl, folder, products },
      { played, copies: orders },
      say,
    );
    try {
      const preparation = (performance.now() - since) / 1_000;
      say(
        `  ${past.accepted} orders and ${(databaseBytes / 2 ** 20).toFixed(0)} MiB of databases after ${preparation.toFixed(0)} s`,
      );
      return { ...(await playRound(platform, contestant, { ...flags, mode }, past)), databaseBytes, preparation };
    } finally {
      await contestant.stop();
    }
  } finally {
    await platform.close();
  }
}

function numbers(text: string): readonly number[] {
  const found = text.split(',').map((part) => (part.trim() === '0' ? 0 : wholeNumber(part.trim())));
  if (found.some((count, index) => index > 0 && count <= found[index - 1]!))
    throw new InvalidArgumentError('expected rising numbers, as 0,10000,100000');
  return found;
}
