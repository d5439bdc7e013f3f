import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { kafkaClient } from '@tradewind/messaging';
import { command, print, type SystemFlags } from '@tradewind/operations/cli';
import { stateDir } from '../../find-shop.js';
import { kafkaSecurityAs } from '../../kafka-users.js';
import { proveErasure, type Receipt } from '../erasure/prove-erasure.js';
import { kafkaOf, shopOf, shopSystem } from './shop-system.js';

interface Flags extends SystemFlags {
  readonly texts?: string;
  readonly logs?: string;
}

async function prove(userId: string, flags: Flags): Promise<void> {
  const { databases } = shopOf(flags);
  const { brokers, kafkaLogins } = kafkaOf(flags);
  const kafka = kafkaClient({
    brokers: brokers.split(','),
    clientId: 'tradewind-audit',
    ...kafkaSecurityAs('audit', kafkaLogins),
  });
  const texts = flags.texts === undefined ? [] : readFileSync(flags.texts, 'utf8').split('\n').filter(Boolean);
  const logFolder = flags.logs ?? join(flags.state ?? stateDir(process.env), 'logs');
  try {
    const receipt = await proveErasure({ userId, databases, kafka, logFolder, texts, now: new Date() });
    print(flags, receipt, () => linesOf(receipt));
    if (!receipt.erased) process.exitCode = 1;
  } finally {
    await kafka.close();
  }
}

const linesOf = ({ searched, ...receipt }: Receipt): string[] => [
  receipt.erased
    ? `${receipt.userId}, forgotten at ${receipt.forgottenAt}: erased.`
    : `${receipt.userId}, forgotten at ${receipt.forgottenAt}: NOT erased.`,
  ...receipt.findings.map(({ what, where, count }) => `  ${what} in ${where}: ${count}`),
  `Searched ${searched.tables} tables of ${searched.databases} databases, ${searched.records} records and ${searched.files} log files for ${searched.texts} texts and the data key.`,
  `${receipt.sealedRows} rows have texts that only the destroyed key unseals; ${receipt.keyRecordsLeft} records of the wrapped key wait for compaction.`,
  `receipt ${receipt.hash}`,
];

export const erasureCommand = new Command('erasure')
  .description('What is left of a person who was forgotten.')
  .addCommand(
    command(
      'prove',
      'Searches databases, topics, dead letters and logs, and prints a receipt. Exit code 1: something was found.',
      shopSystem.options,
    )
      .argument('<user>', 'the id of the account')
      .option('--texts <file>', 'clear texts of the person, one a line: name, e-mail address, street')
      .option('--logs <folder>', 'the log files; default: those of the folder of "npm start"')
      .action(prove),
  );
