import { InvalidArgumentError, type Command } from 'commander';
import { command, print, progress, type SystemFlags } from '@tradewind/operations/cli';
import { findShop, stateDir, stateOption } from '../../find-shop.js';
import { stateFolder } from '../../platform/shop/state-folder.js';
import { keepVerdict, reportLines, runAudit } from '../index.js';

const seconds = (text: string): number => {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('expected a whole number of seconds');
  return Number(text);
};

interface Flags extends SystemFlags {
  readonly wait: number;
  readonly history?: string;
  readonly providerLog?: string;
}

/** `audit`: a command of `tradewind`, and a program of its own. */
export const auditCommand: Command = command(
  'audit',
  'Reads every database, every topic and the provider’s log, and checks G1 to G7, G9, G11 and G12. Changes nothing.',
  [stateOption()],
)
  .option('--wait <seconds>', 'the longest wait until the shop is idle', seconds, 60)
  .option(
    '--history <file>',
    'what the clients recorded (JSON lines of tools/shop), to compare with the accepted orders',
  )
  .option('--provider-log <file>', "the provider's append-only log (default: that of the running shop)")
  .action(async (flags: Flags) => {
    const { databases, brokers, kafkaLogins, providerLog, instances } = findShop(process.env, flags.state);
    const report = await runAudit({
      databases,
      brokers,
      kafkaLogins,
      instances,
      providerLog: flags.providerLog ?? providerLog,
      historyFile: flags.history,
      waitSeconds: flags.wait,
      log: progress,
    });
    keepVerdict(stateFolder(flags.state ?? stateDir(process.env)).auditFile, report, new Date());
    print(flags, report, () => reportLines(report));
    process.exitCode = report.clean ? 0 : 1;
  });
