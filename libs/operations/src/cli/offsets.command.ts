import { Command } from 'commander';
import { table } from '../text-table.js';
import { actionCommand, print, printPlan, type ActionFlags } from './command.js';
import { serviceOf, type OperatedSystem } from './operated-system.js';

interface Accepted {
  readonly partitions: readonly {
    readonly group: string;
    readonly topic: string;
    readonly partition: number;
    readonly offset: string;
    readonly skipped: number;
  }[];
}

export function offsetsCommand(system: OperatedSystem): Command {
  async function accept(name: string, flags: ActionFlags): Promise<void> {
    const service = serviceOf(system, name, flags);
    if (!flags.yes)
      return printPlan(flags, [
        `count everything before the committed offsets of ${service} as handled, whether its inbox knows it or not`,
        'continue at the beginning of the log where records were deleted before they were handled',
      ]);
    const accepted = await system.runInService<Accepted>(service, 'accept-offsets', { reason: flags.reason }, flags);
    print(flags, accepted, () =>
      table(
        ['GROUP', 'TOPIC', 'PARTITION', 'OFFSET', 'SKIPPED RECORDS'],
        accepted.partitions.map((each) => [
          each.group,
          each.topic,
          String(each.partition),
          each.offset,
          String(each.skipped),
        ]),
      ),
    );
  }

  return new Command('offsets')
    .description('The committed offsets of a service.')
    .addCommand(
      actionCommand(
        'accept',
        'Continues without records that were deleted before they were handled, or without inbox marks that were deleted by hand. The service must be stopped.',
        system.options,
      )
        .argument('<service>', 'the service')
        .action(accept),
    );
}
