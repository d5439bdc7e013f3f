import { resolve } from 'node:path';
import type { Command } from 'commander';
import { kafkaClient } from '@tradewind/messaging';
import type { RecoveredOffsets, RecoveredTopics } from '../recovery/index.js';
import type { RecoveredService, RecoverInput } from '../service-operations/index.js';
import { OperatorError } from '../databases/errors.js';
import { plural, table } from '../text-table.js';
import { actionCommand, command, print, printPlan, type ActionFlags, type SystemFlags } from './command.js';
import type { OperatedSystem } from './operated-system.js';

interface PublishedTopics extends RecoveredTopics {
  /** The latest messages of compacted topics, which the service publishes when it starts. */
  readonly toPublish: number;
}

/** A check of what came back, with an option of its own. */
export interface RecoveryCheck {
  /** The name of the option and of the result in the JSON output. */
  readonly name: string;
  readonly argument: string;
  readonly description: string;
  /** Reads the argument before anything is changed. The result runs after the recovery. */
  prepare(service: string, argument: string, flags: SystemFlags): Promise<() => Promise<CheckResult>>;
}

/** What a check of the recovered system found. */
export interface CheckResult {
  readonly data: object;
  readonly lines: readonly string[];
}

interface RecoverFlags extends ActionFlags {
  readonly backup?: string;
  readonly [option: string]: unknown;
}

export function recoverCommand(system: OperatedSystem, check?: RecoveryCheck): Command {
  const checkArgument = (flags: RecoverFlags): string | undefined => check && (flags[check.name] as string | undefined);

  async function recover(what: string, flags: RecoverFlags): Promise<void> {
    mustBeOneOf([...system.services(flags), 'kafka'], what);
    if (what !== 'kafka') return recoverDatabase(what, flags);
    if (flags.backup !== undefined || checkArgument(flags) !== undefined)
      throw new OperatorError(
        `--backup${check ? ` and --${check.name} are` : ' is'} for a service: Kafka is recovered from the archives of all services`,
      );
    return recoverKafka(flags);
  }

  async function recoverDatabase(service: string, flags: RecoverFlags): Promise<void> {
    const backup = flags.backup && resolve(flags.backup);
    if (!flags.yes)
      return printPlan(flags, [
        `replace the content of the database of ${service} by that of its topics${backup ? ` and of ${backup}` : ', and keep tables that are in no event'}`,
      ]);
    const argument = checkArgument(flags);
    const prepared = argument === undefined ? undefined : await check!.prepare(service, argument, flags);
    await system.createDatabase(service, flags);
    const recovered = await system.runInService<RecoveredService>(
      service,
      'recover',
      { reason: flags.reason, ...(backup ? { backup } : {}) } satisfies RecoverInput,
      flags,
    );
    const checked = await prepared?.();
    print(flags, { ...recovered, ...(checked ? { [check!.name]: checked.data } : {}) }, () => [
      ...recoveredLines(service, recovered),
      ...(checked?.lines ?? []),
    ]);
    if (recovered.handled.some(({ failed }) => failed.length > 0)) process.exitCode = 1;
  }

  /** First all topics, then all groups: a group reads topics of several services. */
  async function recoverKafka(flags: ActionFlags): Promise<void> {
    if (!flags.yes)
      return printPlan(flags, [
        'create the topics that are missing',
        'publish again the messages that are in the archive of a service and on no topic',
        'have each service publish the latest messages of its compacted topics when it starts',
        'set every group to the first message that its service has not handled',
      ]);
    const kafka = kafkaClient({
      brokers: system.brokers(flags).split(','),
      clientId: 'tradewind-recover',
      ...system.security(flags),
    });
    try {
      await kafka.provision(await system.topics(flags));
    } finally {
      await kafka.close();
    }
    const request = { reason: flags.reason };
    const published: (PublishedTopics & { readonly service: string })[] = [];
    for (const service of system.services(flags))
      published.push({
        service,
        ...(await system.runInService<PublishedTopics>(service, 'recover-topics', request, flags)),
      });
    const groups: RecoveredOffsets[] = [];
    for (const service of system.services(flags))
      groups.push(await system.runInService<RecoveredOffsets>(service, 'recover-offsets', request, flags));
    print(flags, { published, groups }, () => [
      ...table(
        ['TOPIC', 'RECORDS', 'PUBLISHED AGAIN'],
        published
          .flatMap(({ topics }) => topics)
          .map(({ topic, records, published: again }) => [topic, String(records), String(again)]),
      ),
      ...published
        .filter(({ toPublish }) => toPublish > 0)
        .map(
          ({ service, toPublish }) =>
            `${plural(toPublish, 'message')} of compacted topics in the outbox of ${service}, which publishes them when it starts`,
        ),
      ...published.flatMap(({ pruned }) =>
        pruned.map(
          ({ topic, partition, offset }) =>
            `${topic} partition ${partition}: records that were before offset ${offset} are lost, because their archive was pruned`,
        ),
      ),
      ...groups.flatMap(groupLines),
      'Kafka is recovered: start the services.',
    ]);
  }

  const made = actionCommand(
    'recover',
    'Recovers the database of a service that was lost or restored, or Kafka. The services must be stopped.',
    system.options,
  )
    .argument('<what>', 'a service, or kafka')
    .option('--backup <file>', 'a file of "tradewind backup": tables that are in no event');
  if (check) made.option(`--${check.name} ${check.argument}`, check.description);
  return made.action(recover);
}

function recoveredLines(service: string, { database, handled, offsets, hashes }: RecoveredService): string[] {
  const { messages, unpublished, seconds, perSecond, tables } = database;
  const again = handled
    .flatMap(({ counts }) => Object.entries(counts))
    .reduce((sum, [what, count]) => sum + (what.startsWith('handled ') ? count : 0), 0);
  return [
    `${service} is recovered: ${plural(messages, 'message')} read and written in ${seconds.toFixed(1)} s, ${perSecond}/s${unpublished > 0 ? `, ${unpublished} of its outbox kept` : ''}`,
    ...table(
      ['TABLE', 'ROWS WRITTEN'],
      tables.map(({ table: name, rows }) => [name, String(rows)]),
    ).map((line) => `  ${line}`),
    `${plural(again, 'message')} without a trace handled again`,
    ...handled.flatMap(({ failed }) => failed.slice(0, 20).map(({ id, error }) => `  failed ${id}: ${error}`)),
    ...groupLines(offsets),
    ...table(
      ['TABLE', 'ROWS', 'HASH'],
      hashes.map(({ table: name, rows, hash }) => [name, String(rows), hash]),
    ).map((line) => `  ${line}`),
  ];
}

const groupLines = ({ groups }: RecoveredOffsets): string[] =>
  table(
    ['GROUP', 'PARTITIONS', 'RECORDS LEFT', 'OLDER THAN PRUNED MARKS'],
    groups.map(({ group, partitions, left, assumed }) => [group, String(partitions), String(left), String(assumed)]),
  ).map((line) => `  ${line}`);

function mustBeOneOf(names: readonly string[], name: string): void {
  if (!names.includes(name)) throw new OperatorError(`there is no ${name}; there are ${names.join(', ')}`);
}

interface BackupReport {
  readonly file: string;
  readonly rows: number;
  readonly tables: readonly string[];
}

export function backupCommand(system: OperatedSystem): Command {
  async function backUp(service: string, flags: SystemFlags & { readonly to: string }): Promise<void> {
    if (service === 'kafka')
      throw new OperatorError('Kafka needs no backup: it is recovered from the archives of the services.');
    mustBeOneOf(system.services(flags), service);
    const request = { to: resolve(flags.to) };
    const { file, rows, tables } = await system.runInService<BackupReport>(service, 'backup', request, flags);
    print(flags, { file, rows, tables }, () => [
      tables.length === 0
        ? `All data of ${service} is in its events: the backup is empty.`
        : `${plural(rows, 'row')} of ${tables.join(', ')} in ${file}, which only its owner can read.`,
    ]);
  }

  return command(
    'backup',
    'Writes the data of a service that is in no event (passwords, keys, sessions) into a file.',
    system.options,
  )
    .argument('<service>', 'its name')
    .requiredOption('--to <file>', 'a new file; an existing one is never overwritten')
    .action(backUp);
}
