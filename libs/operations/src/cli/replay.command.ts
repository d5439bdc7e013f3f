import { Command, InvalidArgumentError } from 'commander';
import type { ReplayRecord, ReplayReport } from '../replay/index.js';
import type { ReplayInput } from '../service-operations/index.js';
import { OperatorError } from '../databases/errors.js';
import { plural, table } from '../text-table.js';
import { command, print, type SystemFlags } from './command.js';
import { serviceOf, type OperatedSystem } from './operated-system.js';

type Point =
  | 'beginning'
  | { readonly at: string }
  | { readonly topic: string; readonly partition: number; readonly offset: string };

interface ReplayFlags extends SystemFlags {
  readonly consumer: string;
  readonly from?: Point;
  readonly to?: Point;
  readonly key?: string;
  readonly type?: readonly string[];
  readonly dryRun?: true;
  readonly reprocess?: true;
  readonly policies?: readonly string[];
  readonly effects?: readonly string[];
  /** False with --no-throttle. */
  readonly throttle: boolean;
  readonly resume?: string;
  readonly reason?: string;
  readonly yes?: true;
}

export function replayCommand(system: OperatedSystem): Command {
  async function replay(flags: ReplayFlags): Promise<void> {
    const { consumer, resume, reprocess, yes, reason, policies, effects, dryRun } = flags;
    const service = serviceOf(system, consumer, flags);
    if (!reprocess && (policies ?? effects))
      throw new OperatorError('--policies and --effects need --reprocess: without it the inbox decides');
    const does = yes && !dryRun;
    if (does && !reason && resume === undefined)
      throw new OperatorError('--reason is missing: it is recorded with the action');
    if (resume !== undefined && !does)
      throw new OperatorError(`the replay ${resume} is resumed with --yes; nothing was changed`);
    const report = await system.runInService<ReplayReport>(
      service,
      'replay',
      {
        ...(resume === undefined ? { request: requestOf(flags) } : { resume }),
        dryRun: !does,
        ...(reason ? { reason } : {}),
      } satisfies ReplayInput,
      flags,
    );
    print(flags, report, () => reportLines(report, flags));
    if (report.state === 'failed') process.exitCode = 1;
  }

  async function list(flags: SystemFlags & { readonly consumer: string }): Promise<void> {
    const service = serviceOf(system, flags.consumer, flags);
    const { replays } = await system.runInService<{ replays: readonly ReplayRecord[] }>(
      service,
      'list-replays',
      {},
      flags,
    );
    print(flags, replays, () =>
      replays.length === 0
        ? ['There are no replays.']
        : table(
            ['REPLAY', 'CONSUMER', 'STATE', 'GENERATION', 'STARTED', 'REASON'],
            replays.map((each) => [each.id, each.consumer, each.state, each.generation, each.startedAt, each.reason]),
          ),
    );
  }

  return new Command('replay')
    .description(
      'Handles messages of the topics again by a consumer. "replay --consumer …" means "replay run --consumer …".',
    )
    .addCommand(
      command(
        'run',
        'Handles messages that are missing in the inbox; --reprocess applies projections again. The live group continues. Without --yes it only counts.',
        system.options,
      )
        .requiredOption('--consumer <name>', 'for example cart or cart.prices')
        .option('--from <point>', 'beginning, a time, or topic/partition@offset', point, 'beginning')
        .option('--to <point>', 'a time or topic/partition@offset; default: the committed offsets of the group', point)
        .option('--key <key>', 'only records of this key')
        .option('--type <types>', 'only messages of these types', names)
        .option('--dry-run', 'only count')
        .option(
          '--reprocess',
          'in a generation of its own: projections are applied again, policies only where they are named',
        )
        .option('--policies <types>', 'messages whose policies run again, with what they publish', names)
        .option('--effects <names>', 'effects that these policies may schedule again', names)
        .option('--no-throttle', 'use all resources, also those that live traffic needs')
        .option('--resume <id>', 'continue a replay that was stopped')
        .option('--reason <text>', 'why; it is recorded with the action')
        .option('--yes', 'do it; without it nothing is changed')
        .action(replay),
      { isDefault: true },
    )
    .addCommand(
      command('list', 'All replays of a service, the latest first.', system.options)
        .requiredOption('--consumer <name>', 'a consumer of the service')
        .action(list),
    );
}

const names = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

/** `beginning`, a time in ISO 8601, or `product.events/3@812`. */
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

const requestOf = (flags: ReplayFlags): object => {
  const { consumer, from = 'beginning', to, key, type, reprocess, policies = [], effects = [], throttle } = flags;
  return {
    consumer,
    from,
    ...(to === undefined ? {} : { to }),
    ...(key === undefined ? {} : { key }),
    ...(type ? { types: type } : {}),
    ...(reprocess ? { reprocess: { policies, effects } } : {}),
    ...(throttle ? {} : { noThrottle: true }),
  };
};

function reportLines(report: ReplayReport, { consumer, yes }: ReplayFlags): string[] {
  const { id, generation, state, read, seconds, counts, failed } = report;
  const rate = seconds > 0 ? `, ${Math.round(read / seconds)}/s` : '';
  return [
    `${consumer}: ${plural(read, 'record')} read in ${seconds.toFixed(1)} s${rate}${generation === undefined ? '' : `, generation ${generation}`}`,
    ...table(['MESSAGES', 'COUNT'], Object.entries(counts)).map((line) => `  ${line}`),
    ...failed.slice(0, 20).map((each) => `  failed ${each.id} ${each.type} key ${each.key ?? '-'}: ${each.error}`),
    ...(state === 'stopped'
      ? [`Stopped. To continue: tradewind replay --consumer ${consumer} --resume ${id} --yes`]
      : []),
    ...(id === undefined ? [`Nothing was changed${yes ? '' : ': add --reason and --yes to do it'}.`] : []),
  ];
}
