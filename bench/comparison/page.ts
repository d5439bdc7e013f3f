import { contenders, type ContenderName } from './contenders/contender.js';
import { faults, faultNames } from './faults.js';
import { number, spread } from '../frame/statistics.js';
import { table } from '../frame/report.js';
import type { Results, SpeedResult } from './results.js';
import type { Outcome } from './run-fault.js';
import type { Round } from './speed.js';

/** Seconds from which a delay is worth a line. */
const longDelay = 10;

const count = (value: number, text: string): string[] => (value > 0 ? [`${number(value)} ${text}`] : []);

/** What a fault did to a contender, in a cell. */
export function cellOf(outcome: Outcome | undefined): string {
  if (!outcome) return '–';
  const {
    lost,
    lostFollowUps,
    doubled,
    doubledFollowUps,
    overtaken,
    phantom,
    deadLettered,
    waiting,
    secondsAfter,
    isUnfinished,
  } = outcome;
  const wrong = [
    ...count(lost, '**lost**'),
    ...count(lostFollowUps, 'follow-ups **lost**'),
    ...count(doubled, '**doubled**'),
    ...count(doubledFollowUps, 'follow-ups **doubled**'),
    ...count(overtaken, '**overtaken**'),
    ...count(phantom, '**phantom**'),
    ...count(waiting, isUnfinished ? 'not done in time' : '**blocked**'),
    ...count(deadLettered, 'dead-lettered'),
  ];
  const delay = waiting === 0 && secondsAfter >= longDelay ? [`after ${Math.round(secondsAfter)} s`] : [];
  return [...(wrong.length === 0 ? ['✓'] : wrong), ...delay].join(', ');
}

const ours: readonly ContenderName[] = ['transactional', 'decision'];

function faultTable({ faults: results }: Results, names: readonly ContenderName[]): string[] {
  const rows = faultNames.flatMap((fault) => {
    const result = results[fault];
    return result ? [[faults[fault].title, ...names.map((name) => cellOf(result.outcomes[name]))]] : [];
  });
  return table(['fault', ...names.map((name) => contenders[name].title)], rows);
}

function speedTable({ rounds }: SpeedResult, names: readonly ContenderName[]): string[] {
  const rows = names.flatMap((name) => {
    const all = rounds[name];
    if (!all) return [];
    const of = (value: (round: Round) => number): string => spread(all.map(value));
    return [
      [
        contenders[name].title,
        of(({ perSecond }) => perSecond),
        of(({ cpu }) => cpu.contender),
        of(({ cpu }) => cpu.postgres),
        of(({ cpu }) => cpu.kafka),
        of(({ latency }) => latency.p50),
        of(({ latency }) => latency.p99),
      ],
    ];
  });
  const headings = ['', 'events/s', 'CPU µs an event', 'of PostgreSQL', 'of Kafka', 'p50 ms', 'p99 ms'];
  return table(headings, rows);
}

const dates = ({ faults: results, speed }: Results): string => {
  const all = [...Object.values(results).map(({ date }) => date), ...(speed ? [speed.date] : [])].toSorted();
  return all[0] === all.at(-1) ? (all[0] ?? '') : `${all[0]} to ${all.at(-1)}`;
};

/** What the command can do and these results lack. */
function missing({ faults: results, speed }: Results): string[][] {
  const titles = faultNames.flatMap((fault) => (results[fault] ? [] : [faults[fault].title]));
  const lacking = [...titles, ...(speed ? [] : ['the speed'])];
  return lacking.length === 0 ? [] : [[`**Not measured yet**: ${lacking.join('; ')}.`]];
}

/** Load averages, which say how far delays can be trusted. */
function loads({ faults: results }: Results): string {
  const all = Object.values(results).map(({ machineLoad }) => machineLoad);
  if (all.length === 0) return '';
  return `Load average of the machine, with all contenders and other work on it: ${number(Math.min(...all))} to ${number(Math.max(...all))} during the faults.`;
}

/** The page, as Markdown. */
export function pageOf(results: Results): string {
  const names = (Object.keys(contenders) as ContenderName[]).filter(
    (name) =>
      Object.values(results.faults).some(({ outcomes }) => outcomes[name]) || results.speed?.rounds[name] !== undefined,
  );
  const events = results.speed ? number(results.speed.events) : '';
  const notRun = Object.entries(results.notRun).map(([name, reason]) => `Not run: ${name} (${reason}).`);
  const blocks = [
    ['# Comparison'],
    [
      'One small job, done with this library and with what else a team may choose. All of them run on the same Kafka and PostgreSQL, suffer the same faults',
      'at the same time, and are judged by the same program, which reads only tables and topics.',
    ],
    [
      '    npm run bench:comparison                                       # everything: about 25 minutes',
      '    npm run bench:comparison -- --only poison --contenders transactional,nest',
      '    npm run bench:comparison -- --short                            # three faults and a short measurement of speed',
    ],
    [
      `This page is written by \`npm run bench:comparison -- --report docs/performance\`. ${dates(results)}; ${results.machine}; ${results.versions}.`,
      ...notRun,
    ],
    ['## The job'],
    [
      'A producer stores a transfer of one of 50 accounts and publishes it. A consumer adds it to the balance of the account, writes a ledger entry and publishes',
      'the balance. Both are processes with a database of their own; a supervisor starts them again 0.5 s after they have ended. The statements are the same for all.',
    ],
    table(
      ['contender', 'used as shown in'],
      names.map((name) => [contenders[name].title, contenders[name].source]),
    ),
    ['## Under faults'],
    faultTable(results, names),
    ...missing(results),
    [
      '✓ each committed transfer took effect once, in the order of its account, and was followed by its event. _lost_: never applied. _doubled_: applied again.',
      '_overtaken_: a later transfer of the account came before it. _phantom_: published although rolled back. _blocked_: waits behind something that the contender',
      'does not get past by itself, 40 s without any progress. _dead-lettered_: the message is in a table with its reason, or waits behind one of its account; an operator decides.',
      `_after n s_: done so long after the end of the fault, where it was more than ${longDelay} s. –: the fault does not exist here (a decision does not wait). ${loads(results)}`,
    ],
    [
      'The outbox by hand sends its rows in the order of `created_at`, the start of their transactions, as articles show it: hence its overtaken transfers without any fault. A serial',
      'number cures that as long as every transaction locks what it changes first, as this job does. Its consumer, which Debezium uses too, has no dead letters.',
    ],
    [
      'A Kafka or a PostgreSQL that is away makes some contenders refuse transfers and others accept them later. A refused transfer is no fault; a stored one without its event is:',
      "with Nest's transport the caller gets an error after the row was saved, and the event is never sent.",
    ],
    ...(results.speed
      ? [
          ['## Speed'],
          speedTable(results.speed, names),
          [
            `${events} events with ${64} requests in flight, from the first request to the last follow-up event; then 20 a second, from the row of the producer to the row of the`,
            'consumer. Each contender runs alone, in turn; median [least–most] of the rounds. CPU: producer, consumer and relay together.',
          ],
        ]
      : []),
    ['## Where this library is worse'],
    worse(results),
    ['## From documentation only'],
    table(
      ['', 'what its documentation says', 'why it was not run'],
      [
        [
          '@nestjs/outbox',
          'A transactional outbox with fencing tokens, numbers per key, dead letters with a history, `prune` and a `migrate` command; executors for TypeORM, Prisma, Drizzle and Kysely. See [ADR 7](../adr/0007-why-not-nest-outbox-or-temporal.md)',
          'not on the npm registry',
        ],
        [
          'Temporal',
          'Workflows by call, with a server and its database in the middle; activities run at least once, and are made idempotent by their author. It has timers, retries and a console that this library lacks or has in a smaller form; it is not a way to publish to a topic',
          'its test server is a binary that `@temporalio/testing` downloads from outside the package registries',
        ],
      ],
    ),
  ];
  return blocks.map((block) => `${block.join('\n')}\n`).join('\n');
}

/** What a team gives up. Written by hand, with the numbers of this run. */
function worse({ faults: results, speed }: Results): string[] {
  const poison = results.poison?.outcomes;
  const behindPoison = ours.flatMap((name) => poison?.[name]?.deadLettered ?? []).join(' and ');
  const measured = behindPoison && ` Here ${behindPoison} events were dead-lettered or waited behind one.`;
  const fastest = Object.entries(speed?.rounds ?? {}).toSorted(
    ([, one], [, other]) => (other[0]?.perSecond ?? 0) - (one[0]?.perSecond ?? 0),
  )[0]?.[0] as ContenderName | undefined;
  return [
    ...(fastest && !ours.includes(fastest)
      ? [`- **Speed**: ${contenders[fastest].title} carried the most events a second.`]
      : []),
    `- **A dead letter blocks its key.** The later events of its account wait for an operator, by intention: the order stays.${measured} pg-transactional-outbox gives up on the event and goes on with the account.`,
    '- **Long handlers.** A transactional handler may take 12 s. Longer calls must move into an effect; the others allow it, at the price of blocked partitions or rebalances.',
    '- **Size.** An event of more than 512 KiB is refused when it is published. The others accept it as far as the broker does.',
    '- **Partitions.** More partitions need the command of the library; after the tool of Kafka, the owner of the topic does not start again until that is run.',
    '- **Dependencies.** NestJS, TypeORM, pg, class-validator, class-transformer, rxjs, kafkajs and prom-client; the outbox by hand needs pg and kafkajs. Only PostgreSQL, only Kafka, only Node.',
    '- **Age.** It is new and on no registry; Debezium has run in many companies for years, and serves services in any language.',
    '- **Tables.** Twenty-four tables in each database, which grow unless `retention` is set; the outbox by hand has two.',
  ];
}
