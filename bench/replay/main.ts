import { Command, InvalidArgumentError } from 'commander';
import { topicNamed, type Backlog } from '../articles/backlog.js';
import { runBench } from '../ground/bench-life.js';
import { load, machine } from '../ground/machine.js';
import { Platform } from '../ground/platform.js';
import { Progress } from '../ground/progress.js';
import { say } from '../ground/say.js';
import { tellReport } from '../ground/tell-report.js';
import { wholeNumber } from '../ground/whole-number.js';
import { live } from './living.js';
import { measureRebuild, measureRecovery, type ReplayName, type Round } from './measure.js';
import { chart, markdown, type Report } from './report.js';

interface Flags {
  readonly messages: number;
  readonly rounds: number;
  readonly report?: string;
}

/** Messages of the projection for each of its rows, and for each message of the lost database. */
const perArticle = 10;
const perLost = 2;
const partitions = 3;

const flags = new Command('npm run bench:replay --')
  .description(
    'Measures how fast a projection is rebuilt and put in the place of the living one, and a lost database recovered, from the topics.',
  )
  .option(
    '--messages <number>',
    'of the projection, ten for each row, at least 1,000; half as many of the lost database',
    manyMessages,
    200_000,
  )
  .option('--rounds <number>', 'of each', wholeNumber, 3)
  .option('--report <folder>', 'write replay.md, replay.svg and replay.json there')
  .showSuggestionAfterError(false)
  .addHelpText('after', '\nExit code 0: after every round all was back, row by row and by its hashes.')
  .parse()
  .opts<Flags>();

await runBench(run);

async function run(): Promise<number> {
  say(`${machine()}, load ${load().toFixed(1)} before it begins`);
  const articles = Math.ceil(flags.messages / perArticle);
  const rounds: Record<ReplayName, Round[]> = { rebuild: [], recovery: [] };
  const progress = new Progress(say, 'starting Kafka and PostgreSQL');
  const platform = await Platform.open();
  const backlogOf = (work: Backlog['work'], messages: number): Backlog => ({
    work,
    topic: topicNamed(`bench.${work}`, partitions),
    messages,
    articles,
    seed: 1,
  });
  try {
    progress.next('a projection comes into being');
    const copies = await live(platform, backlogOf('copies', flags.messages));
    try {
      for (let number = 1; number <= flags.rounds; number++) {
        progress.next(`round ${number}, the projection is rebuilt`);
        rounds.rebuild.push(told(`round ${number}, rebuild`, await measureRebuild(platform, copies)));
      }
    } finally {
      await copies.stop();
    }
    progress.next('a database comes into being');
    const shelves = await live(platform, backlogOf('shelves', Math.ceil(flags.messages / perLost)));
    await shelves.stop();
    for (let number = 1; number <= flags.rounds; number++) {
      progress.next(`round ${number}, the lost database is recovered`);
      rounds.recovery.push(told(`round ${number}, recovery`, await measureRecovery(platform, shelves, number)));
    }
  } finally {
    progress.close();
    await platform.close();
  }
  const report: Report = { machine: machine(), articles, rounds };
  tellReport(
    {
      name: 'replay',
      markdown: markdown(report),
      chart: chart(report),
      shows: 'messages a second that are brought back from the topics',
      figures: report,
    },
    flags.report,
  );
  return 0;
}

function told(what: string, round: Round): Round {
  const { messages, seconds, perSecond, cpu, machineLoad } = round;
  say(
    `${what}: ${messages} messages in ${seconds.toFixed(1)} s, ${perSecond.toFixed(0)}/s, CPU ${cpu.replay.toFixed(0)} + ${cpu.postgres.toFixed(0)} + ${cpu.kafka.toFixed(0)} µs a message, load ${machineLoad.toFixed(1)}`,
  );
  return round;
}

function manyMessages(text: string): number {
  const count = wholeNumber(text);
  if (count < 1_000) throw new InvalidArgumentError('expected at least 1000');
  return count;
}
