import { Command } from 'commander';
import type { RebuildReport } from '../rebuild/index.js';
import type { RebuildInput } from '../service-operations/index.js';
import { OperatorError } from '../databases/errors.js';
import { plural, table } from '../text-table.js';
import { actionCommand, command, perform, print, type ActionFlags, type SystemFlags } from './command.js';
import { serviceOf, type OperatedSystem } from './operated-system.js';

interface RebuildFlags extends SystemFlags {
  readonly shadow?: true;
  readonly allowDataLoss?: true;
  readonly reason?: string;
  readonly yes?: true;
}

export function rebuildCommand(system: OperatedSystem): Command {
  async function rebuild(consumer: string, flags: RebuildFlags): Promise<void> {
    const { shadow, yes, reason, allowDataLoss = false } = flags;
    if (shadow && yes) throw new OperatorError('--shadow changes nothing, --yes does: use one of them');
    if (yes && !reason) throw new OperatorError('--reason is missing: it is recorded with the action');
    const report = await system.runInService<RebuildReport>(
      serviceOf(system, consumer, flags),
      'rebuild',
      { consumer, exchange: yes ?? false, allowDataLoss, ...(reason ? { reason } : {}) } satisfies RebuildInput,
      flags,
    );
    print(flags, report, () => reportLines(report));
    if (!report.exchanged && (report.failed.length > 0 || report.tables.some(({ different }) => different > 0)))
      process.exitCode = 1;
  }

  async function drop(consumer: string, flags: ActionFlags): Promise<void> {
    await perform(flags, [`drop the tables that the last rebuild of ${consumer} replaced`], async () => {
      const { dropped } = await system.runInService<{ dropped: boolean }>(
        serviceOf(system, consumer, flags),
        'drop-replaced',
        { consumer, reason: flags.reason },
        flags,
      );
      return [dropped ? 'Dropped.' : 'There was nothing to drop.'];
    });
  }

  const runCommand = command(
    'run',
    'Builds a projection again from its topics with the handlers of this version, compares it with the live one, and with --yes replaces the live one.',
    system.options,
  )
    .argument('<consumer>', 'for example cart.prices')
    .option('--shadow', 'only compare: exit code 1 if a row differs')
    .option('--allow-data-loss', 'replace even if rows come from no message, or a message could not be handled')
    .option('--reason <text>', 'why; it is recorded with the action')
    .option('--yes', 'replace the live one; without it nothing is changed')
    .action(rebuild);

  const dropCommand = actionCommand('drop', 'Drops the tables that the last rebuild replaced.', system.options)
    .argument('<consumer>', 'for example cart.prices')
    .action(drop);

  return new Command('rebuild')
    .description('Rebuilds a projection from its topics.')
    .addCommand(runCommand, { isDefault: true })
    .addCommand(dropCommand);
}

function reportLines(report: RebuildReport): string[] {
  const { consumer, read, seconds, tables, failed, exchanged, replaced, lockedMs } = report;
  return [
    `${consumer}: ${plural(read, 'record')} applied in ${seconds.toFixed(1)} s${seconds > 0 ? `, ${Math.round(read / seconds)}/s` : ''}`,
    ...table(
      ['TABLE', 'ROWS LIVE', 'REBUILT', 'DIFFERENT', 'HASH LIVE', 'REBUILT'],
      tables.map((each) => [
        each.table,
        String(each.rows.live),
        String(each.rows.rebuilt),
        String(each.different),
        each.hash.live.slice(0, 12),
        each.hash.rebuilt.slice(0, 12),
      ]),
    ),
    ...tables.flatMap(({ table: name, examples, different }) => [
      ...examples.map(({ key, live, rebuilt }) => `  ${name} ${key}: ${rowText(live)} → ${rowText(rebuilt)}`),
      ...(different > examples.length ? [`  … and ${different - examples.length} more`] : []),
    ]),
    ...failed.slice(0, 20).map(({ id, type, key, error }) => `  failed ${id} ${type} key ${key ?? '-'}: ${error}`),
    ...(exchanged
      ? []
      : tables
          .filter(({ onlyLive }) => onlyLive > 0)
          .map(({ table: name, onlyLive }) => `  ${name}: ${plural(onlyLive, 'row')} would be lost`)),
    exchanged
      ? `Replaced; the table was locked for ${lockedMs} ms. The old rows are kept in the schema ${replaced} until the next rebuild, or "tradewind rebuild drop ${consumer}".`
      : 'Nothing was changed: add --reason and --yes to replace the live projection.',
  ];
}

const rowText = (row: object | undefined): string => (row === undefined ? 'no row' : JSON.stringify(row));
