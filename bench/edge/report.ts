import { barOf, bars } from '../ground/bars.js';
import { percent, tableOf } from '../ground/markdown.js';
import { median, spread } from '../ground/spread.js';
import { ways, type Figures, type Plan, type Round, type Way } from './measure.js';

/** What was asked, and what came of it round by round. */
export interface Course {
  readonly question: string;
  readonly service: string;
  readonly rounds: readonly Round[];
}

export interface Report {
  readonly machine: string;
  readonly plan: Plan;
  readonly courses: readonly Course[];
}

/** Round by round: what was measured one after the other is compared. */
export const ratios = ({ rounds }: Course): number[] =>
  rounds.map(({ service, gateway }) => gateway.perSecond / service.perSecond);
export const added = ({ rounds }: Course, which: 'p50' | 'p99'): number[] =>
  rounds.map(({ service, gateway }) => gateway[which] - service[which]);

const titles: Readonly<Record<Way, string>> = { service: 'of the service itself', gateway: 'through the gateway' };

export function markdown({ machine, plan, courses }: Report): string {
  return [
    '# What the gateway adds',
    '',
    `${plan.inFlight} requests in flight for ${plan.seconds} s, then ${plan.perSecond} requests a second for ${plan.seconds} s; every answer is the right one. ${courses[0]!.rounds.length} rounds, both ways in turn; median [least–most]. ${machine}; Kafka, PostgreSQL, the shop and whoever asks share it.`,
    '',
    ...tableOf(
      [
        'asked',
        '',
        'requests/s',
        'of the service itself',
        'p50 ms',
        'more',
        'p99 ms',
        'more',
        'processors busy',
        'load',
      ],
      courses.flatMap((course) =>
        ways.map((way) => {
          const each = course.rounds.map((round) => round[way]);
          const only = (values: () => string): string => (way === 'gateway' ? values() : '');
          return [
            course.question,
            titles[way],
            spread(each.map(({ perSecond }) => perSecond)),
            only(() => spread(ratios(course), 2)),
            spread(
              each.map(({ p50 }) => p50),
              1,
            ),
            only(() => spread(added(course, 'p50'), 1)),
            spread(
              each.map(({ p99 }) => p99),
              1,
            ),
            only(() => spread(added(course, 'p99'), 1)),
            percent(median(each.map(({ busy }) => busy))),
            median(each.map(({ machineLoad }) => machineLoad)).toFixed(1),
          ];
        }),
      ),
    ),
    '',
    'Microseconds on processors a request, with as many in flight:',
    '',
    ...tableOf(
      ['asked', '', 'gateway', 'service', 'PostgreSQL', 'whoever asks'],
      courses.flatMap(({ question, service, rounds }) =>
        ways.map((way) => [
          question,
          titles[way],
          ...['gateway', service, 'PostgreSQL', 'asking'].map((process) =>
            spent(
              rounds.map((round) => round[way]),
              process,
              way,
            ),
          ),
        ]),
      ),
    ),
    '',
  ].join('\n');
}

const spent = (figures: readonly Figures[], process: string, way: Way): string =>
  process === 'gateway' && way === 'service' ? '–' : spread(figures.map(({ cpu }) => cpu[process]!));

export const chart = ({ machine, plan, courses }: Report): string =>
  bars({
    title: `Requests a second, ${plan.inFlight} in flight`,
    note: machine,
    bars: courses.flatMap(({ question, rounds }) =>
      ways.map((way) =>
        barOf(
          way === 'service' ? question : '… through the gateway',
          rounds.map((round) => round[way].perSecond),
        ),
      ),
    ),
  });
