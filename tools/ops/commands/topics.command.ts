import { Command, InvalidArgumentError } from 'commander';
import { topics } from '@tradewind/contracts';
import { kafkaClient, TopicMismatch, type KafkaClient } from '@tradewind/messaging';
import type { DatabaseName } from '../gather/database-names.js';
import { CannotReach } from '../gather/read-only.js';
import { inPlaceOf, serviceOf } from '../operate/in-place-of.js';
import { CannotDo } from '../operator/databases.js';
import { table } from '../screen.js';
import { deedCommand, print, shopCommand, shopOf, type DeedFlags, type ShopFlags } from './shop-command.js';

const all = Object.values(topics);

interface Standing {
  readonly topic: string;
  readonly inForce: number;
  readonly growingTo: number | null;
  readonly onBrokers: number;
}

/** On the brokers of KAFKA_BROKERS alone: topics are made before there is a shop. */
async function onBrokers(flags: ShopFlags, act: (kafka: KafkaClient) => Promise<void>): Promise<void> {
  const brokers = process.env['KAFKA_BROKERS'] || shopOf(flags).brokers;
  const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'tradewind-topics' });
  try {
    await act(kafka);
    print(flags, { topics: all }, () => [
      ...table(
        ['TOPIC', 'OWNER', 'PARTITIONS', 'RETENTION'],
        all.map(({ name, owner, partitions, retention }) => [name, owner, String(partitions), retention]),
      ),
      `${all.length} topics are as the contracts declare them, or have grown since.`,
    ]);
  } catch (error) {
    if (error instanceof TopicMismatch) {
      print(flags, { mismatch: error.message }, () => [error.message]);
      process.exitCode = 1;
      return;
    }
    throw new CannotReach(`Kafka at ${brokers} does not answer: ${(error as Error).message}`, { cause: error });
  } finally {
    await kafka.close();
  }
}

/** The service that writes a topic. Throws CannotDo naming those that can grow. */
function ownerOf(name: string): DatabaseName {
  const kept = all.filter(({ retention }) => retention === 'keep');
  const found = all.find((topic) => topic.name === name);
  if (!found) throw new CannotDo(`there is no topic ${name}; there are ${kept.map((topic) => topic.name).join(', ')}`);
  if (found.retention === 'compact')
    throw new CannotDo(
      `${name} is compacted: what a key held in its old partition would never be replaced by what comes in its new one, nor removed`,
    );
  return serviceOf(found.owner);
}

async function grow(
  name: string,
  partitions: number | undefined,
  flags: DeedFlags & { readonly giveUp?: true },
): Promise<void> {
  const service = ownerOf(name);
  if ((partitions === undefined) === (flags.giveUp === undefined))
    throw new CannotDo('say how many partitions it is to have, or --give-up');
  const wish = { topic: name, ...(partitions === undefined ? {} : { partitions }) };
  if (!flags.yes) {
    const standing = await inPlaceOf<Standing>(service, 'grow', { ...wish, dryRun: true }, flags);
    const would =
      partitions === undefined
        ? 'take back that it is to grow, where the partitions are not made yet'
        : `make ${partitions} partitions of it, to which the relay of ${service} goes over between two messages`;
    return print(flags, { done: false, ...standing, would }, () => [
      lineOf(standing),
      `Would: ${would}`,
      'Nothing was changed: add --yes to do it.',
    ]);
  }
  const standing = await inPlaceOf<Standing>(service, 'grow', { ...wish, reason: flags.reason }, flags);
  const done = partitions === undefined || standing.inForce === partitions;
  print(flags, { done, ...standing }, () => [
    lineOf(standing),
    ...(done
      ? []
      : [
          `No relay of ${service} has gone over to them yet. The first that runs does so by itself; until then everything goes on as it was.`,
        ]),
  ]);
  if (!done) process.exitCode = 1;
}

const lineOf = ({ topic, inForce, growingTo, onBrokers }: Standing): string =>
  `${topic}: ${inForce} partitions in force, ${onBrokers} on the brokers${growingTo === null ? '' : `, to grow to ${growingTo}`}`;

function count(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a number of partitions, as 12.');
}

export const topicsCommand = new Command('topics')
  .description('The topics of the contracts.')
  .addCommand(
    shopCommand('provision', 'Makes the topics that are missing, and checks the others.').action((flags: ShopFlags) =>
      onBrokers(flags, (kafka) => kafka.provision(all)),
    ),
  )
  .addCommand(
    shopCommand('check', 'Compares the topics with the contracts; changes nothing.').action((flags: ShopFlags) =>
      onBrokers(flags, (kafka) => kafka.check(all)),
    ),
  )
  .addCommand(
    deedCommand(
      'grow',
      'Gives a topic more partitions while the shop trades; each key keeps its order. May be run again after any failure.',
    )
      .argument('<topic>', 'as order.events')
      .argument('[partitions]', 'how many it is to have', count)
      .option('--give-up', 'take back a growth whose partitions have not been made')
      .action(grow),
  );
