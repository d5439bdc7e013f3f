import { Command, InvalidArgumentError } from 'commander';
import { enterBare } from '../baselines/bare/enter.js';
import { enterHttp } from '../baselines/http/enter.js';
import { enterNestTutorial } from '../baselines/nest-tutorial/enter.js';
import { runBench } from '../ground/bench-life.js';
import { load as machineLoad, machine } from '../ground/machine.js';
import type { Enter } from '../ground/contestant.js';
import { Platform } from '../ground/platform.js';
import { say } from '../ground/say.js';
import { tellReport } from '../ground/tell-report.js';
import { wholeNumber } from '../ground/whole-number.js';
import { shopAs } from '../shop/enter.js';
import type { Mode, Round } from './measure.js';
import { products } from './orders.js';
import { lineOf, playRound, type Plan } from './play-round.js';
import { chart, markdown, type Report } from './report.js';
import { countingStatements } from './statements.js';

/** Who can be measured: the shop in three ways, and what it is compared with. */
const contestants: Readonly<Record<string, Enter>> = {
  shop: shopAs({ name: 'shop', throughGateway: false, providerApart: false }),
  'shop-through-gateway': shopAs({ name: 'shop-through-gateway', throughGateway: true, providerApart: false }),
  'shop-with-provider': shopAs({ name: 'shop-with-provider', throughGateway: false, providerApart: true }),
  bare: enterBare,
  'nest-tutorial': enterNestTutorial,
  http: enterHttp,
};

interface Flags extends Plan {
  readonly contestants: readonly string[];
  readonly rounds: number;
  readonly report?: string;
}

const flags = new Command('npm run bench:saga --')
  .description(
    'Measures orders from the call to their outcome, shop by shop in turn, each round on a Kafka and a PostgreSQL of its own.',
  )
  .option('--contestants <names>', `of ${Object.keys(contestants).join(', ')}`, names, ['shop'])
  .option(
    '--mode <mode>',
    'closed=2000 (so many without an outcome), open=200 (so many a second) or burst=20000',
    mode,
    { kind: 'closed', outstanding: 2_000 },
  )
  .option('--rounds <number>', 'of each contestant', wholeNumber, 3)
  .option('--warm-up <seconds>', 'before each measurement', wholeNumber, 8)
  .option('--seconds <seconds>', 'of each measurement', wholeNumber, 15)
  .option('--report <folder>', 'write saga.md, saga.svg and saga.json there')
  .option('--statements', 'print what PostgreSQL was asked, an order')
  .addHelpText('after', '\nExit code 0: after every round every order had one outcome, and the audits were clean.')
  .parse()
  .opts<Flags>();

await runBench(run);

async function run(): Promise<number> {
  say(`${machine()}, load ${machineLoad().toFixed(1)} before it begins`);
  const rounds = new Map<string, Round[]>(flags.contestants.map((name) => [name, []]));
  for (let number = 1; number <= flags.rounds; number++) {
    for (const name of flags.contestants) {
      say(`round ${number} of ${flags.rounds}: ${name}`);
      const round = await measure(contestants[name]!);
      say(`  ${lineOf(round)}`);
      rounds.get(name)!.push(round);
    }
  }
  const report: Report = {
    machine: machine(),
    mode: flags.mode,
    seconds: flags.seconds,
    rounds: Object.fromEntries(rounds),
  };
  tellReport(
    { name: 'saga', markdown: markdown(report), chart: chart(report), shows: 'orders a second', figures: report },
    flags.report,
  );
  return 0;
}

async function measure(enter: Enter): Promise<Round> {
  const platform = await Platform.open(flags.statements && countingStatements);
  try {
    const { brokers, postgresUrl, folder } = platform;
    const contestant = await enter({ brokers, postgresUrl, folder, products });
    try {
      return await playRound(platform, contestant, flags);
    } finally {
      await contestant.stop();
    }
  } finally {
    await platform.close();
  }
}

function names(text: string): readonly string[] {
  const found = text.split(',').map((part) => part.trim());
  const unknown = found.find((name) => !(name in contestants));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`there is no "${unknown}"; there are ${Object.keys(contestants).join(', ')}`);
  return found;
}

function mode(text: string): Mode {
  const [kind = '', count = ''] = text.split('=');
  switch (kind) {
    case 'closed':
      return { kind, outstanding: wholeNumber(count) };
    case 'open':
      return { kind, perSecond: wholeNumber(count) };
    case 'burst':
      return { kind, orders: wholeNumber(count) };
    default:
      throw new InvalidArgumentError('expected closed=2000, open=200 or burst=20000');
  }
}
