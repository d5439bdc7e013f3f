import { kafkaClient } from '@tradewind/messaging';
import { Command, InvalidArgumentError } from 'commander';
import { publishBacklog, topicNamed, type Backlog } from '../articles/backlog.js';
import { works, type WorkName } from '../articles/work.js';
import { runBench } from '../ground/bench-life.js';
import { load, machine } from '../ground/machine.js';
import { Platform } from '../ground/platform.js';
import { Progress } from '../ground/progress.js';
import { say } from '../ground/say.js';
import { tellReport } from '../ground/tell-report.js';
import { wholeNumber } from '../ground/whole-number.js';
import { contestants, measureRound, type ContestantName, type Round } from './measure.js';
import { chart, markdown, type Report } from './report.js';

interface Flags {
  readonly messages: number;
  readonly partitions: readonly number[];
  readonly rounds: number;
  readonly report?: string;
}

/** Articles that prices are told for; and how many messages more the library gets, so that both take some seconds. */
const articles = 20_000;
const ofBare = 20;
const mostPartitions = 64;

const flags = new Command('npm run bench:consume --')
  .description(
    'Measures how many messages a second one consumer handles that wait in Kafka, in turn with a consumer that makes a transaction of each.',
  )
  .option(
    '--messages <number>',
    'that wait for the library, at least 10,000; a twentieth for the other',
    manyMessages,
    100_000,
  )
  .option('--partitions <numbers>', 'topics, as 1,3,12', partitionCounts, [1, 3, 12])
  .option('--rounds <number>', 'of each', wholeNumber, 3)
  .option('--report <folder>', 'write consume.md, consume.svg and consume.json there')
  .showSuggestionAfterError(false)
  .addHelpText('after', '\nExit code 0: after every round each message was handled once, in the order of its key.')
  .parse()
  .opts<Flags>();

await runBench(run);

async function run(): Promise<number> {
  say(`${machine()}, load ${load().toFixed(1)} before it begins`);
  const messages: Report['messages'] = { library: flags.messages, bare: Math.round(flags.messages / ofBare) };
  const progress = new Progress(say, 'starting Kafka and PostgreSQL');
  const platform = await Platform.open();
  try {
    const courses: {
      work: WorkName;
      partitions: number;
      rounds: Record<ContestantName, Round[]>;
      backlogs: Readonly<Record<ContestantName, Backlog>>;
    }[] = [];
    for (const work of works) {
      for (const partitions of flags.partitions) {
        const backlogOf = (name: ContestantName): Backlog => ({
          work,
          topic: topicNamed(`bench.${work}-${partitions}-${name}`, partitions),
          messages: messages[name],
          articles,
          seed: partitions,
        });
        courses.push({
          work,
          partitions,
          rounds: { library: [], bare: [] },
          backlogs: { library: backlogOf('library'), bare: backlogOf('bare') },
        });
      }
    }
    progress.next('publishing what is to be handled');
    const kafka = kafkaClient({ brokers: platform.brokers.split(','), clientId: 'bench' });
    for (const { backlogs } of courses) for (const name of contestants) await publishBacklog(kafka, backlogs[name]);
    await kafka.close();
    for (let number = 1; number <= flags.rounds; number++) {
      for (const { work, partitions, rounds, backlogs } of courses) {
        for (const name of contestants) {
          const what = `round ${number}, ${work}, ${partitions} partitions, ${name}`;
          progress.next(what);
          const round = await measureRound(platform, name, number, backlogs[name]);
          rounds[name].push(round);
          const { consumer, postgres, kafka: broker } = round.cpu;
          say(
            `${what}: ${round.perSecond.toFixed(0)} messages/s, ${round.messagesATransaction.toFixed(0)} a transaction, CPU ${consumer.toFixed(0)} + ${postgres.toFixed(0)} + ${broker.toFixed(0)} µs a message, load ${round.machineLoad.toFixed(1)}`,
          );
        }
      }
    }
    const report: Report = {
      machine: machine(),
      messages,
      courses: courses.map(({ work, partitions, rounds }) => ({ work, partitions, rounds })),
    };
    tellReport(
      {
        name: 'consume',
        markdown: markdown(report),
        chart: chart(report),
        shows: 'messages a second that one consumer handles',
        figures: report,
      },
      flags.report,
    );
    return 0;
  } finally {
    progress.close();
    await platform.close();
  }
}

function manyMessages(text: string): number {
  const count = wholeNumber(text);
  if (count < 10_000)
    throw new InvalidArgumentError('expected at least 10000: fewer are handled before anything is measured');
  return count;
}

function partitionCounts(text: string): readonly number[] {
  const counts = text.split(',').map((part) => wholeNumber(part.trim()));
  const odd = counts.find((count, index) => count > mostPartitions || counts.indexOf(count) < index);
  if (odd !== undefined)
    throw new InvalidArgumentError(`expected different numbers up to ${mostPartitions}, as 1,3,12`);
  return counts;
}
