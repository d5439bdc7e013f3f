import { works, type WorkName } from '../articles/work.js';
import { barOf, bars } from '../ground/bars.js';
import { tableOf } from '../ground/markdown.js';
import { median, spread } from '../ground/spread.js';
import { contestants, type ContestantName, type Round } from './measure.js';

/** What was done so many times by each contestant. */
export interface Course {
  readonly work: WorkName;
  readonly partitions: number;
  readonly rounds: Readonly<Record<ContestantName, readonly Round[]>>;
}

export interface Report {
  readonly machine: string;
  readonly messages: Readonly<Record<ContestantName, number>>;
  readonly courses: readonly Course[];
}

const titles: Readonly<Record<ContestantName, string>> = { library: 'Tradewind', bare: 'a transaction a message' };
const workTitles: Readonly<Record<WorkName, string>> = {
  shelves: 'a guarded update, answered',
  copies: 'a projection',
};

/** The same beside a bar, where there is less room. */
const words: Readonly<Record<WorkName, string>> = { shelves: 'an update', copies: 'a projection' };

/** Round by round: what was measured one after the other is compared. */
export const ratios = ({ rounds }: Course): number[] =>
  rounds.library.map(({ perSecond }, index) => perSecond / rounds.bare[index]!.perSecond);

export function markdown({ machine, messages, courses }: Report): string {
  return [
    '# What one consumer handles',
    '',
    `${messages.library.toLocaleString('en')} messages that wait in Kafka (${messages.bare.toLocaleString('en')} for the other, which would take long), from the first committed transaction to the last. ${courses[0]!.rounds.library.length} rounds in turn, each with a fresh process and database; median [least–most]. ${machine}; Kafka, PostgreSQL and the consumer share it.`,
    '',
    ...works.flatMap((work) => [
      `## ${workTitles[work]}`,
      '',
      ...tableOfWork(courses.filter((course) => course.work === work)),
      '',
    ]),
  ].join('\n');
}

const tableOfWork = (courses: readonly Course[]): string[] =>
  tableOf(
    [
      'consumer',
      'partitions',
      'messages/s',
      `of ${titles.bare}`,
      'messages a transaction',
      'CPU µs a message',
      'PostgreSQL’s',
      'Kafka’s',
      'load',
    ],
    courses.flatMap((course) =>
      contestants.map((name) => {
        const rounds = course.rounds[name];
        return [
          titles[name],
          String(course.partitions),
          spread(rounds.map(({ perSecond }) => perSecond)),
          name === 'bare' ? '1' : spread(ratios(course), 1),
          median(rounds.map(({ messagesATransaction }) => messagesATransaction)).toFixed(0),
          spread(rounds.map(({ cpu }) => cpu.consumer)),
          spread(rounds.map(({ cpu }) => cpu.postgres)),
          spread(rounds.map(({ cpu }) => cpu.kafka)),
          median(rounds.map(({ machineLoad }) => machineLoad)).toFixed(1),
        ];
      }),
    ),
  );

export const chart = ({ machine, courses }: Report): string =>
  bars({
    title: 'Messages a second that one consumer handles',
    note: machine,
    bars: courses.flatMap(({ work, partitions, rounds }) =>
      contestants.map((name) =>
        barOf(
          name === 'bare' ? '… a transaction each' : `${words[work]}, ${partitions} part.`,
          rounds[name].map(({ perSecond }) => perSecond),
        ),
      ),
    ),
  });
