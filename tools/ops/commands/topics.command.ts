import { Command } from 'commander';
import { topics } from '@tradewind/contracts';
import { kafkaClient, TopicMismatch, type KafkaClient } from '@tradewind/messaging';
import { CannotReach } from '../gather/read-only.js';
import { table } from '../screen.js';
import { print, shopCommand, shopOf, type ShopFlags } from './shop-command.js';

const all = Object.values(topics);

/** On the brokers of KAFKA_BROKERS alone: topics are made before there is a shop. */
async function onBrokers(flags: ShopFlags, act: (kafka: KafkaClient) => Promise<void>): Promise<void> {
  const brokers = process.env['KAFKA_BROKERS'] || shopOf(flags).brokers;
  const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'tradewind-topics' });
  try {
    await act(kafka);
    print(flags, { topics: all }, () => [
      ...table(['TOPIC', 'OWNER', 'PARTITIONS', 'RETENTION'], all.map(({ name, owner, partitions, retention }) => [name, owner, String(partitions), retention])),
      `${all.length} topics are as the contracts declare them.`,
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

export const topicsCommand = new Command('topics')
  .description('The topics of the contracts.')
  .addCommand(shopCommand('provision', 'Makes the topics that are missing, and checks the others.').action((flags: ShopFlags) => onBrokers(flags, (kafka) => kafka.provision(all))))
  .addCommand(shopCommand('check', 'Compares the topics with the contracts; changes nothing.').action((flags: ShopFlags) => onBrokers(flags, (kafka) => kafka.check(all))));
