import { InvalidArgumentError, type Command } from 'commander';
import { reportLines, runAudit } from '../main.js';
import { print, progress, shopCommand, shopOf, type ShopFlags } from './shop-command.js';

const seconds = (text: string): number => {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('expected a whole number of seconds');
  return Number(text);
};

export const auditCommand: Command = shopCommand(
  'audit',
  'Reads every database, every topic and the provider’s log, and decides whether G1 to G7, G9 and G12 hold. Changes nothing.',
)
  .option('--wait <seconds>', 'how long to wait until the shop is at rest', seconds, 60)
  .option('--history <file>', 'what the clients saw (JSON lines of tools/shop), to be compared with what was accepted')
  .option('--provider-log <file>', "the provider's append-only log (default: the running shop's)")
  .action(async (flags: ShopFlags & { wait: number; history?: string; providerLog?: string }) => {
    const { databases, brokers, providerLog, instances } = shopOf(flags);
    const report = await runAudit({
      databases,
      brokers,
      instances,
      providerLog: flags.providerLog ?? providerLog,
      historyFile: flags.history,
      waitSeconds: flags.wait,
      log: progress,
    });
    print(flags, report, () => reportLines(report));
    process.exitCode = report.clean ? 0 : 1;
  });
