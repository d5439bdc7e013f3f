import { Command, InvalidArgumentError } from 'commander';
import { CannotDo } from '../operator/databases.js';
import { inPlaceOf, serviceOf } from '../operate/in-place-of.js';
import { plural, table } from '../screen.js';
import { print, shopCommand, type ShopFlags } from './shop-command.js';

type Point =
  | 'beginning'
  | { readonly at: string }
  | { readonly topic: string; readonly partition: number; readonly offset: string };

interface Flags extends ShopFlags {
  readonly consumer: string;
  readonly from?: Point;
  readonly to?: Point;
  readonly key?: string;
  readonly type?: readonly string[];
  readonly dryRun?: true;
  readonly reprocess?: true;
  readonly policies?: readonly string[];
  readonly effects?: readonly string[];
  readonly fullSpeed?: true;
  readonly resume?: string;
  readonly reason?: string;
  readonly yes?: true;
}

interface Report {
  readonly id?: string;
  readonly generation?: number;
  readonly state: 'running' | 'stopped' | 'done' | 'failed';
  readonly read: number;
  readonly seconds: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly failed: readonly {
    readonly id: string;
    readonly type: string;
    readonly key: string | null;
    readonly why: string;
  }[];
}

interface Kept {
  readonly id: string;
  readonly consumer: string;
  readonly state: string;
  readonly generation: number | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly reason: string;
  readonly startedAt: string;
}

const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

/** `beginning`, a time as ISO 8601 has it, or `product.events/3@812`. */
function point(text: string): Point {
  if (text === 'beginning') return text;
  const place = /^([\w.-]+)\/(\d+)@(\d+)$/.exec(text);
  if (place) return { topic: place[1]!, partition: Number(place[2]), offset: place[3]! };
  const at = new Date(text);
  if (/^\d{4}-/.test(text) && !Number.isNaN(at.getTime())) return { at: at.toISOString() };
  throw new InvalidArgumentError(
    'It is "beginning", a time as 2026-03-01T09:00:00Z, or an offset of one partition as product.events/3@812.',
  );
}

async function replay(flags: Flags): Promise<void> {
  const { consumer, resume, reprocess, yes, reason, policies, effects, dryRun } = flags;
  const service = serviceOf(consumer);
  if (!reprocess && (policies ?? effects))
    throw new CannotDo('--policies and --effects say what a --reprocess does again: without it the inbox decides');
  const does = yes && !dryRun;
  if (does && !reason && resume === undefined)
    throw new CannotDo('--reason is missing: say why; it is kept with what is done');
  if (resume !== undefined && !does) throw new CannotDo(`the replay ${resume} goes on with --yes; nothing was changed`);
  const report = await inPlaceOf<Report>(
    service,
    'replay',
    {
      ...(resume === undefined ? { request: requestOf(flags) } : { resume }),
      dryRun: !does,
      ...(reason ? { reason } : {}),
    },
    flags,
  );
  print(flags, report, () => linesOf(report, flags));
  if (report.state === 'failed') process.exitCode = 1;
}

const requestOf = ({
  consumer,
  from = 'beginning',
  to,
  key,
  type,
  reprocess,
  policies = [],
  effects = [],
  fullSpeed,
}: Flags): object => ({
  consumer,
  from,
  ...(to === undefined ? {} : { to }),
  ...(key === undefined ? {} : { key }),
  ...(type ? { types: type } : {}),
  ...(reprocess ? { reprocess: { policies, effects } } : {}),
  ...(fullSpeed ? { fullSpeed } : {}),
});

function linesOf({ id, generation, state, read, seconds, counts, failed }: Report, { consumer, yes }: Flags): string[] {
  const rate = seconds > 0 ? `, ${Math.round(read / seconds)}/s` : '';
  return [
    `${consumer}: ${plural(read, 'record')} read in ${seconds.toFixed(1)} s${rate}${generation === undefined ? '' : `, generation ${generation}`}`,
    ...table(['MESSAGES', 'COUNT'], Object.entries(counts)).map((line) => `  ${line}`),
    ...failed.slice(0, 20).map((each) => `  failed ${each.id} ${each.type} key ${each.key ?? '-'}: ${each.why}`),
    ...(state === 'stopped'
      ? [`Stopped in good order. Go on: tradewind replay --consumer ${consumer} --resume ${id} --yes`]
      : []),
    ...(id === undefined ? [`Nothing was changed${yes ? '' : ': add --reason and --yes to do it'}.`] : []),
  ];
}

async function show(flags: ShopFlags & { readonly consumer: string }): Promise<void> {
  const { replays } = await inPlaceOf<{ replays: readonly Kept[] }>(serviceOf(flags.consumer), 'replays', {}, flags);
  print(flags, replays, () =>
    replays.length === 0
      ? ['Nothing was replayed.']
      : table(
          ['REPLAY', 'CONSUMER', 'STATE', 'GENERATION', 'STARTED', 'REASON'],
          replays.map((each) => [each.id, each.consumer, each.state, each.generation, each.startedAt, each.reason]),
        ),
  );
}

export const replayCommand = new Command('replay')
  .description(
    'Messages that lie on the topics, through the handlers of a consumer once more. "replay --consumer …" means "replay run --consumer …".',
  )
  .addCommand(
    shopCommand(
      'run',
      'Handles what is missing, and repeats nothing; --reprocess applies projections again. The living group goes on. Without --yes it only counts.',
    )
      .requiredOption('--consumer <name>', 'as cart or cart.prices')
      .option('--from <point>', 'beginning, a time, or topic/partition@offset', point, 'beginning')
      .option('--to <point>', 'a time or topic/partition@offset; default: as far as the group has read', point)
      .option('--key <key>', 'only records of this key')
      .option('--type <types>', 'only messages of these types', list)
      .option('--dry-run', 'only count')
      .option(
        '--reprocess',
        'in a generation of its own: projections are applied again, policies only where they are named',
      )
      .option('--policies <types>', 'messages whose policies are run again, with what they say', list)
      .option('--effects <names>', 'effects that these may wish for again', list)
      .option('--full-speed', 'leave no room for what goes on meanwhile')
      .option('--resume <id>', 'go on with one that was stopped')
      .option('--reason <text>', 'why; it is kept with what is done')
      .option('--yes', 'do it; without it nothing is changed')
      .action(replay),
    { isDefault: true },
  )
  .addCommand(
    shopCommand('list', 'Replays that were made, the latest first.')
      .requiredOption('--consumer <name>', 'one of the service')
      .action(show),
  );
