import { Command } from 'commander';
import { runBench } from '../ground/bench-life.js';
import { load, machine } from '../ground/machine.js';
import { Platform } from '../ground/platform.js';
import { say } from '../ground/say.js';
import { tellReport } from '../ground/tell-report.js';
import { wholeNumber } from '../ground/whole-number.js';
import { measureRound, relays, type RelayName, type Round } from './measure.js';
import { chart, markdown, type Report } from './report.js';

interface Flags {
  readonly rows: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly report?: string;
}

const flags = new Command('npm run bench:relay --')
  .description(
    'Measures how fast the library’s relay publishes an outbox, in turn with a bare one, and how soon a commit is heard.',
  )
  .option('--rows <number>', 'in the outbox', wholeNumber, 200_000)
  .option('--seconds <seconds>', 'of commits at a steady rate', wholeNumber, 20)
  .option('--rounds <number>', 'of each relay', wholeNumber, 3)
  .option('--report <folder>', 'write relay.md, relay.svg and relay.json there')
  .addHelpText('after', '\nExit code 0: every message was heard once, in the order of its key.')
  .parse()
  .opts<Flags>();

await runBench(run);

async function run(): Promise<number> {
  say(`${machine()}, load ${load().toFixed(1)} before it begins`);
  const rounds: Record<RelayName, Round[]> = { library: [], bare: [] };
  const plan = { rows: flags.rows, steadySeconds: flags.seconds };
  const platform = await Platform.open();
  try {
    for (let number = 1; number <= flags.rounds; number++) {
      for (const name of relays) {
        const round = await measureRound(platform, name, number, plan);
        rounds[name].push(round);
        say(
          `round ${number}, ${name}: ${round.perSecond.toFixed(0)} rows/s, ${round.cpu.toFixed(1)} µs a row, commit to consumer p50 ${round.p50.toFixed(1)} ms, p99 ${round.p99.toFixed(1)} ms, load ${round.machineLoad.toFixed(1)}`,
        );
      }
    }
  } finally {
    await platform.close();
  }
  const report: Report = { machine: machine(), plan, rounds };
  tellReport(
    {
      name: 'relay',
      markdown: markdown(report),
      chart: chart(report),
      shows: 'rows a second from the outbox to Kafka',
      figures: report,
    },
    flags.report,
  );
  return 0;
}
