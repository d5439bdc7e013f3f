import { Command } from 'commander';
import { groupBy } from '@tradewind/kernel';
import { CannotDo, type Row } from '../operator/databases.js';
import { instruct, openSaga, openSagas, prospect, type Saga, type SagaAction } from '../operator/sagas.js';
import { storyOf, type Story } from '../operator/story.js';
import { plural, table } from '../screen.js';
import { deedCommand, perform, print, shopCommand, shopOf, type DeedFlags, type ShopFlags } from './shop-command.js';

const rowsShown = 50;

async function list(flags: ShopFlags & { alarmed?: true }): Promise<void> {
  const sagas = (await openSagas(shopOf(flags).databases)).filter(({ alarmed }) => alarmed || !flags.alarmed);
  print(flags, sagas, () =>
    sagas.length === 0 ? [flags.alarmed ? 'No saga is alarmed.' : 'No saga is running.'] : listLines(sagas),
  );
}

const listLines = (sagas: readonly Row<Saga>[]): string[] => [
  ...[
    ...groupBy(
      sagas,
      ({ saga, status, step, alarmed }) => `${saga} ${status} at "${step}"${alarmed ? ', ALARMED' : ''}`,
    ),
  ].map(([where, those]) => `${plural(those.length, 'saga')}: ${where}`),
  '',
  ...table(
    ['SAGA', 'STATUS', 'STEP', 'ATTEMPT', 'ALARMED', 'SINCE', 'DUE'],
    sagas
      .slice(0, rowsShown)
      .map(({ id, status, step, attempt, alarmed, startedAt, dueAt }) => [
        id,
        status,
        step,
        String(attempt),
        alarmed ? 'yes' : 'no',
        startedAt,
        dueAt,
      ]),
  ),
  ...(sagas.length > rowsShown ? [`… and ${sagas.length - rowsShown} more (--json shows all)`] : []),
];

async function show(id: string, flags: ShopFlags & { payloads?: true }): Promise<void> {
  const story = await storyOf(shopOf(flags).databases, id);
  if (story.entries.length === 0)
    throw new CannotDo(`nothing is known of ${id}: give the id of an order, or of a saga as in "place-order:<order>"`);
  print(flags, story, () => storyLines(story, flags.payloads ?? false));
}

const storyLines = ({ entries, sagas, next }: Story, payloads: boolean): string[] => [
  ...entries.flatMap(({ at, service, what, id, payload }) => [
    `${at.toISOString()}  ${service.padEnd(7)}  ${what}${id === null ? '' : `  [${id}]`}`,
    ...(payloads && payload ? [`${' '.repeat(35)}${payload}`] : []),
  ]),
  '',
  ...sagas.map(
    ({ id, status, step, attempt, version }) =>
      `${id} (version ${version}): ${status}${step === null ? '' : ` at "${step}", attempt ${attempt}`}`,
  ),
  next.length === 0 ? 'Nothing more is to be expected by itself.' : 'What can still happen:',
  ...next.map((line) => `  ${line}`),
];

const instruction =
  (action: SagaAction) =>
  async (id: string, flags: DeedFlags): Promise<void> => {
    const { databases } = shopOf(flags);
    const saga = await openSaga(databases, id);
    const what = prospect(saga, action);
    await perform(flags, [`${saga.id}: ${what}`], async () => {
      await instruct(databases, saga, action, flags.reason);
      return [`Told ${saga.id}: ${what}. "tradewind saga show ${saga.subject}" shows what comes of it.`];
    });
  };

const deed = (action: SagaAction, description: string): Command =>
  deedCommand(action, description).argument('<saga>', 'its id, or that of its order').action(instruction(action));

export const sagaCommand = new Command('saga')
  .description('Orders on their way through the services.')
  .addCommand(
    shopCommand('list', 'Sagas that have not ended.')
      .option('--alarmed', 'only those that fail again and again')
      .action(list),
  )
  .addCommand(
    shopCommand(
      'show',
      'The whole story of one order: commands, replies, retries, deadlines, and what can still happen by when.',
    )
      .argument('<order>', 'the id of the order, or of a saga')
      .option('--payloads', 'with the content of every message')
      .action(show),
  )
  .addCommand(deed('retry', 'Says the present command again now.'))
  .addCommand(deed('push', 'Goes on as if the time of the present step had run out for the last time.'))
  .addCommand(deed('skip', 'Goes on as if the present step had been answered: it was seen to by hand.'));
