import { barOf, bars } from '../ground/bars.js';
import { ms, tableOf } from '../ground/markdown.js';
import { median, spread } from '../ground/spread.js';
import { replays, type ReplayName, type Round } from './measure.js';

export interface Report {
  readonly machine: string;
  /** Rows of the projection. */
  readonly articles: number;
  readonly rounds: Readonly<Record<ReplayName, readonly Round[]>>;
}

const titles: Readonly<Record<ReplayName, string>> = {
  rebuild: 'a projection, rebuilt',
  recovery: 'a lost database, recovered',
};

export function markdown({ machine, articles, rounds }: Report): string {
  const [rebuild, recovery] = replays.map((replay) => rounds[replay][0]!.messages.toLocaleString('en'));
  return [
    '# What is brought back from the topics',
    '',
    `${rebuild} messages into ${articles.toLocaleString('en')} rows, beside the living table and put in its place; and a database of ${recovery} messages that were handled and as many that were said. ${rounds.rebuild.length} rounds, each in a fresh process; median [least–most]. ${machine}; Kafka and PostgreSQL share it.`,
    '',
    ...tableOf(
      ['', 'messages/s', 'seconds', 'CPU µs a message', 'PostgreSQL’s', 'Kafka’s', 'table locked', 'load'],
      replays.map((replay) => {
        const of = rounds[replay];
        const locked = of.flatMap(({ lockedMilliseconds }) => lockedMilliseconds ?? []);
        return [
          titles[replay],
          spread(of.map(({ perSecond }) => perSecond)),
          spread(
            of.map(({ seconds }) => seconds),
            1,
          ),
          spread(of.map(({ cpu }) => cpu.replay)),
          spread(of.map(({ cpu }) => cpu.postgres)),
          spread(
            of.map(({ cpu }) => cpu.kafka),
            1,
          ),
          locked.length === 0 ? '–' : ms(median(locked)),
          median(of.map(({ machineLoad }) => machineLoad)).toFixed(1),
        ];
      }),
    ),
    '',
  ].join('\n');
}

export const chart = ({ machine, rounds }: Report): string =>
  bars({
    title: 'Messages a second that are brought back from the topics',
    note: machine,
    bars: replays.map((replay) =>
      barOf(
        titles[replay],
        rounds[replay].map(({ perSecond }) => perSecond),
      ),
    ),
  });
