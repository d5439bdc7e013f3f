import { Command } from 'commander';
import { groupBy } from '@tradewind/kernel';
import type { OfService } from '../databases/databases.js';
import { OperatorError } from '../databases/errors.js';
import { historyOf, type SubjectHistory } from '../sagas/history.js';
import { expectedResult, instruct, openSaga, openSagas, type Saga, type SagaAction } from '../sagas/sagas.js';
import { plural, table } from '../text-table.js';
import { actionCommand, command, perform, print, type ActionFlags, type SystemFlags } from './command.js';
import type { OperatedSystem } from './operated-system.js';

const rowsShown = 50;

export function sagasCommand(system: OperatedSystem): Command {
  async function list(flags: SystemFlags & { stuck?: true }): Promise<void> {
    const sagas = (await openSagas(system.databases(flags))).filter(({ stuck }) => stuck || !flags.stuck);
    print(flags, sagas, () =>
      sagas.length === 0 ? [flags.stuck ? 'No saga is stuck.' : 'No saga is running.'] : listLines(sagas),
    );
  }

  async function show(id: string, flags: SystemFlags & { payloads?: true }): Promise<void> {
    const history = await historyOf(system.databases(flags), id);
    if (history.entries.length === 0 && history.sagas.length === 0)
      throw new OperatorError(
        `nothing is known of ${id}: use the id of a saga, or of its subject, for example an order`,
      );
    print(flags, history, () => historyLines(history, flags.payloads ?? false));
  }

  const run =
    (action: SagaAction) =>
    async (id: string, flags: ActionFlags): Promise<void> => {
      const databases = system.databases(flags);
      const saga = await openSaga(databases, id);
      const result = `${saga.id}: ${expectedResult(saga, action)}`;
      await perform(flags, [result], async () => {
        await instruct(databases, saga, action, flags.reason);
        return [`Requested for ${result}. "tradewind sagas show ${saga.subject}" shows the result.`];
      });
    };

  const action = (name: SagaAction, description: string): Command =>
    actionCommand(name, description, system.options)
      .argument('<saga>', 'its id, or the id of its subject, for example an order')
      .action(run(name));

  return new Command('sagas')
    .description('Sagas, and the history of a subject, for example an order, in all services.')
    .addCommand(
      command('list', 'Sagas that have not ended.', system.options)
        .option('--stuck', 'only those that fail again and again')
        .action(list),
    )
    .addCommand(
      command(
        'show',
        'The history of one subject: commands, replies, attempts, timeouts, and what can still happen until when.',
        system.options,
      )
        .argument('<subject>', 'its id, for example that of an order, or the id of a saga')
        .option('--payloads', 'with the payload of every message')
        .action(show),
    )
    .addCommand(action('retry', 'Publishes the current command again now.'))
    .addCommand(action('expire', 'Continues as if the current step had timed out for the last time.'))
    .addCommand(action('skip', 'Continues as if the current step had succeeded: an operator did its work.'));
}

const listLines = (sagas: readonly OfService<Saga>[]): string[] => [
  ...[
    ...groupBy(sagas, ({ saga, status, step, stuck }) => `${saga} ${status} at "${step}"${stuck ? ', STUCK' : ''}`),
  ].map(([where, group]) => `${plural(group.length, 'saga')}: ${where}`),
  '',
  ...table(
    ['SAGA', 'STATUS', 'STEP', 'ATTEMPT', 'STUCK', 'SINCE', 'DUE'],
    sagas
      .slice(0, rowsShown)
      .map(({ id, status, step, attempt, stuck, startedAt, dueAt }) => [
        id,
        status,
        step,
        String(attempt),
        stuck ? 'yes' : 'no',
        startedAt,
        dueAt,
      ]),
  ),
  ...(sagas.length > rowsShown ? [`… and ${sagas.length - rowsShown} more (--json shows all)`] : []),
];

const historyLines = ({ entries, pruned, sagas, next }: SubjectHistory, payloads: boolean): string[] => [
  ...pruned.map((id) => `${id}: older history was pruned. What follows does not begin with its start.`),
  ...entries.flatMap(({ at, service, what, id, payload }) => [
    `${at.toISOString()}  ${service.padEnd(7)}  ${what}${id === null ? '' : `  [${id}]`}`,
    ...(payloads && payload ? [`${' '.repeat(35)}${payload}`] : []),
  ]),
  '',
  ...sagas.map(
    ({ id, status, step, attempt, version }) =>
      `${id} (version ${version}): ${status}${step === null ? '' : ` at "${step}", attempt ${attempt}`}`,
  ),
  next.length === 0 ? 'Nothing more will happen by itself.' : 'What can still happen:',
  ...next.map((line) => `  ${line}`),
];
