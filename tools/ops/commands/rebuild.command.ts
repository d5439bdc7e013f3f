import type { Command } from 'commander';
import { CannotDo } from '../operator/databases.js';
import { inPlaceOf, serviceOf } from '../operate/in-place-of.js';
import { plural, table } from '../screen.js';
import { print, shopCommand, type ShopFlags } from './shop-command.js';

interface Flags extends ShopFlags {
  readonly shadow?: true;
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
    readonly examples: readonly { readonly key: string; readonly live?: object; readonly rebuilt?: object }[];
  }[];
  readonly exchanged: boolean;
  readonly replaced?: string;
}

async function rebuild(consumer: string, flags: Flags): Promise<void> {
  const { shadow, yes, reason } = flags;
  if (shadow && yes) throw new CannotDo('--shadow changes nothing, --yes does: choose one of them');
  if (yes && !reason) throw new CannotDo('--reason is missing: say why; it is kept with what is done');
  const report = await inPlaceOf<Report>(serviceOf(consumer), 'rebuild', { consumer, exchange: yes ?? false, ...(reason ? { reason } : {}) }, flags);
  print(flags, report, () => linesOf(report));
  if (!report.exchanged && report.tables.some(({ different }) => different > 0)) process.exitCode = 1;
}

const linesOf = ({ consumer, read, seconds, tables, exchanged, replaced }: Report): string[] => [
  `${consumer}: ${plural(read, 'record')} applied in ${seconds.toFixed(1)} s${seconds > 0 ? `, ${Math.round(read / seconds)}/s` : ''}`,
  ...table(['TABLE', 'ROWS LIVE', 'REBUILT', 'DIFFERENT', 'HASH LIVE', 'REBUILT'], tables.map((each) => [each.table, String(each.rows.live), String(each.rows.rebuilt), String(each.different), each.hash.live.slice(0, 12), each.hash.rebuilt.slice(0, 12)])),
  ...tables.flatMap(({ table: name, examples, different }) => [
    ...examples.map(({ key, live, rebuilt }) => `  ${name} ${key}: ${side(live)} → ${side(rebuilt)}`),
    ...(different > examples.length ? [`  … and ${different - examples.length} more`] : []),
  ]),
  exchanged ? `Exchanged. The former rows are kept in the schema ${replaced} until the next rebuild.` : 'Nothing was changed: add --reason and --yes to put it in the place of the live one.',
];

const side = (row: object | undefined): string => (row === undefined ? 'no row' : JSON.stringify(row));

export const rebuildCommand: Command = shopCommand('rebuild', 'Makes a projection anew from its topics, by the handlers of this checkout, compares it with the live one, and with --yes puts it in its place at once.')
  .argument('<consumer>', 'as cart.prices')
  .option('--shadow', 'only compare: exit code 1 where a row differs')
  .option('--reason <text>', 'why; it is kept with what is done')
  .option('--yes', 'exchange them; without it nothing is changed')
  .action(rebuild);
