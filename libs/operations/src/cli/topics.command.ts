import { Command, InvalidArgumentError } from 'commander';
import { kafkaClient, type KafkaClient, type Topic } from '@tradewind/messaging';
import { isCompacted, KafkaAccessRefused, TopicMismatch, retentionText } from '@tradewind/messaging/internals';
import type { PartitionStatus } from '../partition-increase/index.js';
import type { IncreasePartitionsInput } from '../service-operations/index.js';
import { OperatorError, Unreachable } from '../databases/errors.js';
import { table } from '../text-table.js';
import { actionCommand, command, print, printPlan, type ActionFlags, type SystemFlags } from './command.js';
import { serviceOf, type OperatedSystem } from './operated-system.js';

export function topicsCommand(system: OperatedSystem): Command {
  const { options } = system;

  /** Needs the brokers only: topics are created before the services run. */
  async function onBrokers(
    flags: SystemFlags,
    act: (kafka: KafkaClient, topics: readonly Topic[]) => Promise<void>,
  ): Promise<void> {
    const topics = await system.topics(flags);
    const brokers = system.brokers(flags);
    const kafka = kafkaClient({
      brokers: brokers.split(','),
      clientId: 'tradewind-topics',
      ...system.security(flags),
    });
    try {
      await act(kafka, topics);
      print(flags, { topics }, () => [
        ...table(
          ['TOPIC', 'OWNER', 'PARTITIONS', 'RETENTION'],
          topics.map(({ name, owner, partitions, retention }) => [
            name,
            owner,
            String(partitions),
            retentionText(retention),
          ]),
        ),
        `${topics.length} topics are as the contracts declare them, or have more partitions.`,
      ]);
    } catch (error) {
      if (error instanceof TopicMismatch) {
        print(flags, { mismatch: error.message }, () => [error.message]);
        process.exitCode = 1;
        return;
      }
      const what = error instanceof KafkaAccessRefused ? 'refuses' : 'does not answer';
      throw new Unreachable(`Kafka at ${brokers} ${what}: ${(error as Error).message}`, { cause: error });
    } finally {
      await kafka.close();
    }
  }

  /** The service that publishes to a topic. Throws OperatorError that names the topics that can have more partitions. */
  async function ownerOf(name: string, flags: SystemFlags): Promise<string> {
    const topics = await system.topics(flags);
    const increasable = topics.filter(({ retention }) => !isCompacted(retention));
    const found = topics.find((topic) => topic.name === name);
    if (!found)
      throw new OperatorError(
        `there is no topic ${name}; there are ${increasable.map((topic) => topic.name).join(', ')}`,
      );
    if (isCompacted(found.retention))
      throw new OperatorError(
        `${name} is compacted: the last record of a key in its old partition would never be replaced or removed by a record in its new one`,
      );
    return serviceOf(system, found.owner, flags);
  }

  async function increasePartitions(
    name: string,
    partitions: number | undefined,
    flags: ActionFlags & { readonly cancel?: true },
  ): Promise<void> {
    const service = await ownerOf(name, flags);
    if ((partitions === undefined) === (flags.cancel === undefined))
      throw new OperatorError('give the new number of partitions, or --cancel');
    const request = { topic: name, ...(partitions === undefined ? {} : { partitions }) };
    const run = (more: Omit<IncreasePartitionsInput, 'topic' | 'partitions'>): Promise<PartitionStatus> =>
      system.runInService<PartitionStatus>(service, 'increase-partitions', { ...request, ...more }, flags);
    if (!flags.yes) {
      const status = await run({ dryRun: true });
      const would =
        partitions === undefined
          ? 'cancel the partition increase, if the new partitions do not exist yet'
          : `make ${partitions} partitions of it; the relay of ${service} changes to them between two messages`;
      return printPlan(flags, [would], [statusLine(status)], status);
    }
    const status = await run({ reason: flags.reason });
    const done = partitions === undefined || status.inForce === partitions;
    print(flags, { done, ...status }, () => [
      statusLine(status),
      ...(done
        ? []
        : [
            `No relay of ${service} uses them yet. The first relay that runs changes to them by itself; until then nothing changes.`,
          ]),
    ]);
    if (!done) process.exitCode = 1;
  }

  return new Command('topics')
    .description('The topics of the contracts.')
    .addCommand(
      command('provision', 'Creates missing topics, and checks the others.', options).action((flags: SystemFlags) =>
        onBrokers(flags, (kafka, topics) => kafka.provision(topics)),
      ),
    )
    .addCommand(
      command('check', 'Compares the topics with the contracts. Changes nothing.', options).action(
        (flags: SystemFlags) => onBrokers(flags, (kafka, topics) => kafka.check(topics)),
      ),
    )
    .addCommand(
      actionCommand(
        'increase-partitions',
        'Gives a topic more partitions while services run; each key keeps its order. Can be repeated after any failure.',
        options,
      )
        .argument('<topic>', 'for example order.events')
        .argument('[partitions]', 'the new number of partitions', partitionCount)
        .option('--cancel', 'cancel an increase whose partitions do not exist yet')
        .action(increasePartitions),
    );
}

const statusLine = ({ topic, inForce, increasingTo, onBrokers }: PartitionStatus): string =>
  `${topic}: ${inForce} partitions in use, ${onBrokers} on the brokers${increasingTo === null ? '' : `, increasing to ${increasingTo}`}`;

function partitionCount(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a number of partitions, as 12.');
}
