import { Command } from 'commander';
import { CannotDo } from '../operator/databases.js';
import { inPlaceOf, serviceOf } from '../operate/in-place-of.js';
import { plural, table } from '../screen.js';
import { deedCommand, perform, print, shopCommand, type DeedFlags, type ShopFlags } from './shop-command.js';

interface Flags extends ShopFlags {
  readonly shadow?: true;
  readonly withLosses?: true;
  readonly reason?: string;
  readonly yes?: true;
}

interface Report {
  readonly consumer: string;
  readonly read: number;
  readonly seconds: number;
  readonly tables: readonly {
    readonly table: string;
    readonly rows: { readonly live: number; readonly rebuilt: number };
    readonly hash: { readonly live: string; readonly rebuilt: string };
    readonly different: number;
    readonly onlyLive: number;
    readonly examples: readonly { readonly key: string; readonly live?: object; readonly rebuilt?: object }[];
  }[];
  readonly failed: readonly {
    readonly id: string;
    readonly type: string;
    readonly key: string | null;
    readonly why: string;
  }[];
  readonly exchanged: boolean;
  readonly lockedMilliseconds?: number;
  readonly replaced?: string;
}

async function rebuild(consumer: string, flags: Flags): Promise<void> {
  const { shadow, yes, reason, withLosses = false } = flags;
  if (shadow && yes) throw new CannotDo('--shadow changes nothing, --yes does: choose one of them');
  if (yes && !reason) throw new CannotDo('--reason is missing: say why; it is kept with what is done');
  const report = await inPlaceOf<Report>(
    serviceOf(consumer),
    'rebuild',
    { consumer, exchange: yes ?? false, withLosses, ...(reason ? { reason } : {}) },
    flags,
  );
  print(flags, report, () => linesOf(report));
  if (!report.exchanged && (report.failed.length > 0 || report.tables.some(({ different }) => different > 0)))
    process.exitCode = 1;
}

const linesOf = ({
  consumer,
  read,
  seconds,
  tables,
  failed,
  exchanged,
  replaced,
  lockedMilliseconds,
}: Report): string[] => [
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
    ...examples.map(({ key, live, rebuilt }) => `  ${name} ${key}: ${side(live)} → ${side(rebuilt)}`),
    ...(different > examples.length ? [`  … and ${different - examples.length} more`] : []),
  ]),
  ...failed.slice(0, 20).map(({ id, type, key, why }) => `  failed ${id} ${type} key ${key ?? '-'}: ${why}`),
  ...(exchanged
    ? []
    : tables
        .filter(({ onlyLive }) => onlyLive > 0)
        .map(({ table: name, onlyLive }) => `  ${name}: ${plural(onlyLive, 'row')} would go`)),
  exchanged
    ? `Exchanged; nobody could use the table for ${lockedMilliseconds} ms. The former rows are kept in the schema ${replaced} until the next rebuild, or "tradewind rebuild drop ${consumer}".`
    : 'Nothing was changed: add --reason and --yes to put it in the place of the live one.',
];

const side = (row: object | undefined): string => (row === undefined ? 'no row' : JSON.stringify(row));

async function drop(consumer: string, flags: DeedFlags): Promise<void> {
  await perform(flags, [`drop what the last rebuild of ${consumer} has replaced`], async () => {
    const { dropped } = await inPlaceOf<{ dropped: boolean }>(
      serviceOf(consumer),
      'rebuild-drop',
      { consumer, reason: flags.reason },
      flags,
    );
    return [dropped ? 'Dropped.' : 'There was nothing to drop.'];
  });
}

const runCommand = shopCommand(
  'run',
  'Makes a projection anew from its topics, by the handlers of this checkout, compares it with the live one, and with --yes puts it in its place at once.',
)
  .argument('<consumer>', 'as cart.prices')
  .option('--shadow', 'only compare: exit code 1 where a row differs')
  .option('--with-losses', 'exchange also where rows come from no message, or a message could not be handled')
  .option('--reason <text>', 'why; it is kept with what is done')
  .option('--yes', 'exchange them; without it nothing is changed')
  .action(rebuild);

const dropCommand = deedCommand('drop', 'Drops the rows that the last rebuild has replaced.')
  .argument('<consumer>', 'as cart.prices')
  .action(drop);

export const rebuildCommand = new Command('rebuild')
  .description('A projection, anew from its topics.')
  .addCommand(runCommand, { isDefault: true })
  .addCommand(dropCommand);
