import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { groupBy } from '@tradewind/kernel';
import { CannotDo, type Row } from '../operator/databases.js';
import { outbox } from '../operator/lane.js';
import {
  discardParked,
  editParked,
  listParked,
  releaseLanes,
  selectLanes,
  showParked,
  theMessage,
  type Lane,
  type ParkedMessage,
} from '../operator/parked.js';
import { plural, table } from '../screen.js';
import { deedCommand, perform, print, shopCommand, shopOf, type DeedFlags, type ShopFlags } from './shop-command.js';

const linesAGroup = 20;

async function list(flags: ShopFlags): Promise<void> {
  const lanes = await listParked(shopOf(flags).databases);
  print(flags, lanes, () =>
    lanes.length === 0
      ? ['Nothing is parked.']
      : [...groupBy(lanes, ({ service, consumer, cause }) => `${service} · ${consumer} · ${cause}`)].flatMap(
          groupLines,
        ),
  );
}

function groupLines([title, lanes]: [string, readonly Row<Lane>[]]): string[] {
  const messages = lanes.reduce((sum, lane) => sum + lane.messages, 0);
  return [
    `${title}: ${plural(lanes.length, 'key')}, ${plural(messages, 'message')}`,
    `  ${lanes[0]!.detail}`,
    ...table(
      ['FIRST MESSAGE', 'TOPIC', 'KEY', 'WAITING', 'STATE', 'SINCE'],
      lanes
        .slice(0, linesAGroup)
        .map(({ first, topic, key, messages: count, state, parkedAt }) => [
          first,
          topic,
          key,
          String(count),
          state,
          parkedAt,
        ]),
    ).map((line) => `  ${line}`),
    ...(lanes.length > linesAGroup ? [`  … and ${lanes.length - linesAGroup} more (--json shows all)`] : []),
  ];
}

async function show(id: string, flags: ShopFlags): Promise<void> {
  const found = await showParked(shopOf(flags).databases, id);
  if (found.length === 0)
    throw new CannotDo(`no message ${id} is parked: "tradewind parked list" shows those that are`);
  print(
    flags,
    found.map((each) => ({ ...each, value: each.value?.toString('utf8') ?? null })),
    () => found.flatMap(messageLines),
  );
}

const messageLines = ({
  consumer,
  service,
  topic,
  partition,
  offset,
  key,
  cause,
  detail,
  tries,
  state,
  before,
  behind,
  waitsSince,
  headers,
  value,
}: Row<ParkedMessage>): string[] => [
  `${state} for ${consumer} (${service}) since ${waitsSince.toISOString()}, ${before} before it, ${behind} behind it`,
  partition === null
    ? `for      ${topic}, key ${key ?? '-'}: not published`
    : `from     ${topic} partition ${partition} offset ${offset}, key ${key ?? '-'}`,
  `lane     ${cause}: ${detail} (tries: ${tries})`,
  ...Object.entries(headers).map(([name, text]) => `header   ${name}: ${text}`),
  `value    ${value === null ? 'none' : value.toString('utf8')}`,
];

interface Choice extends DeedFlags {
  readonly cause?: string;
  readonly consumer?: string;
  readonly key?: string;
  readonly every?: true;
}

async function release(messages: string[], flags: Choice): Promise<void> {
  const { databases } = shopOf(flags);
  const lanes = (await selectLanes(databases, { messages, ...flags })).filter(({ state }) => state === 'parked');
  if (lanes.length === 0) throw new CannotDo('nothing that is parked fits: "tradewind parked list" shows what is');
  const names = lanes.map(
    ({ consumer, topic, key, messages: count }) =>
      `${consumer}: ${topic} ${key ?? ''}, ${plural(count, 'message')} in order`,
  );
  await perform(
    flags,
    names.map((name) => `release ${name}`),
    async () => {
      await releaseLanes(databases, lanes, flags.reason);
      return [...names.map((name) => `Released ${name}`), 'That takes a second or two; what fails again waits again.'];
    },
  );
}

interface One extends DeedFlags {
  readonly consumer?: string;
  readonly release?: true;
}

async function discard(id: string, flags: One): Promise<void> {
  const { databases } = shopOf(flags);
  const message = await theMessage(databases, id, flags.consumer);
  const { consumer, topic, key } = message;
  const fate = consumer === outbox ? 'nobody will ever hear it' : `${consumer} will never handle it`;
  await perform(
    flags,
    [`discard ${id} (${topic} ${key ?? ''}): ${fate}, and it is kept in msg_operator_actions`],
    async () => {
      const { left, released } = await discardParked(databases, message, flags.reason, flags.release ?? false);
      return [
        `Discarded ${id} for ${consumer}; ${left === 0 ? 'nothing of its key waits any more' : `${plural(left, 'message')} of its key ${released ? 'released' : 'still parked'}`}.`,
      ];
    },
  );
}

async function edit(id: string, flags: One & { value?: string; file?: string; raw?: true }): Promise<void> {
  const { databases } = shopOf(flags);
  if ((flags.value === undefined) === (flags.file === undefined))
    throw new CannotDo('give the new value with --value or with --file');
  const value = flags.value ?? readFileSync(flags.file!, 'utf8');
  if (!flags.raw) mustBeJson(value);
  const message = await theMessage(databases, id, flags.consumer);
  const size = (text: Buffer | string | null): string => plural(text === null ? 0 : Buffer.byteLength(text), 'byte');
  await perform(
    flags,
    [
      `replace the value of ${id} (${size(message.value)}) by ${size(value)}; the former one is kept in msg_operator_actions`,
    ],
    async () => {
      await editParked(databases, message, value, flags.reason, flags.release ?? false);
      return [`Edited ${id}; its key is ${flags.release ? 'released' : 'still parked: release it when it is right'}.`];
    },
  );
}

function mustBeJson(value: string): void {
  try {
    JSON.parse(value);
  } catch (error) {
    throw new CannotDo(`the new value is no JSON (${(error as Error).message}); with --raw it is taken as it is`);
  }
}

export const parkedCommand = new Command('parked')
  .description('Messages that could not be handled or published, and what waits behind them with the same key.')
  .addCommand(shopCommand('list', 'What is parked, grouped by cause.').action(list))
  .addCommand(
    shopCommand('show', 'One message: why, from where, headers and value.')
      .argument('<message>', 'its id')
      .action(show),
  )
  .addCommand(
    deedCommand('release', 'Lets keys go: their consumer handles, or the relay publishes, what waits in order.')
      .argument('[message...]', 'ids of messages whose keys are meant')
      .option('--cause <cause>', 'all of this cause')
      .option('--consumer <name>', 'all of this consumer; "outbox": what the broker refuses')
      .option('--key <key>', 'all of this key')
      .option('--every', 'everything')
      .action(release),
  )
  .addCommand(
    deedCommand('discard', 'Removes the first message of a key for good.')
      .argument('<message>', 'its id')
      .option('--consumer <name>', 'where several have parked it')
      .option('--release', 'and release what waits behind it')
      .action(discard),
  )
  .addCommand(
    deedCommand('edit', 'Replaces the value of the first message of a key.')
      .argument('<message>', 'its id')
      .option('--value <json>', 'the new value')
      .option('--file <file>', 'a file with the new value')
      .option('--raw', 'take it as it is, also where it is no JSON')
      .option('--consumer <name>', 'where several have parked it')
      .option('--release', 'and release the key')
      .action(edit),
  );
