import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { groupBy } from '@tradewind/kernel';
import { readableBytes, systemTimers } from '@tradewind/messaging/internals';
import type { Databases, OfService } from '../databases/databases.js';
import { OperatorError } from '../databases/errors.js';
import { effects, outbox, type BlockedKey, type DeadLetter } from '../dead-letters/dead-letter.js';
import { DeadLetters } from '../dead-letters/dead-letters.js';
import { recordRedrive, redriveInOrder } from '../dead-letters/redrive-in-order.js';
import { plural, table } from '../text-table.js';
import { actionCommand, command, perform, print, type ActionFlags, type SystemFlags } from './command.js';
import type { OperatedSystem } from './operated-system.js';

const rowsPerGroup = 20;

interface RedriveFlags extends ActionFlags {
  readonly cause?: string;
  readonly consumer?: string;
  readonly key?: string;
  readonly all?: true;
  /** One after another, at most so many. */
  readonly inOrder?: number;
}

interface LetterFlags extends ActionFlags {
  readonly consumer?: string;
  readonly redrive?: true;
}

type EditFlags = LetterFlags & { readonly value?: string; readonly file?: string; readonly raw?: true };

export function deadLettersCommand(system: OperatedSystem): Command {
  const lettersOf = (flags: SystemFlags): DeadLetters => new DeadLetters(system.databases(flags));

  async function list(flags: SystemFlags): Promise<void> {
    const keys = await lettersOf(flags).list();
    print(flags, keys, () =>
      keys.length === 0
        ? ['There are no dead letters.']
        : [...groupBy(keys, ({ service, consumer, cause }) => `${service} · ${consumer} · ${cause}`)].flatMap(
            groupLines,
          ),
    );
  }

  async function show(id: string, flags: SystemFlags): Promise<void> {
    const found = await lettersOf(flags).find(id);
    if (found.length === 0)
      throw new OperatorError(`there is no dead letter ${id}: "tradewind dead-letters list" shows all`);
    print(
      flags,
      found.map((letter) => ({ ...letter, value: letter.value && readableBytes(letter.value).text })),
      () => found.flatMap(letterLines),
    );
  }

  async function redrive(messages: string[], flags: RedriveFlags): Promise<void> {
    const letters = lettersOf(flags);
    const blocked = (await letters.select({ messages, ...flags })).filter(({ state }) => state === 'blocked');
    const keys = flags.inOrder === undefined ? blocked : firstInOrder(blocked, flags.inOrder);
    if (keys.length === 0) throw new OperatorError('no blocked key matches: "tradewind dead-letters list" shows all');
    const names = keys.map(
      ({ consumer, topic, key, messages: count }) =>
        `${consumer}: ${topic} ${key ?? ''}, ${plural(count, 'message')} in order`,
    );
    await perform(
      flags,
      names.map((name) => `redrive ${name}`),
      async () => {
        if (flags.inOrder !== undefined) return redriveOneByOne(system.databases(flags), keys, flags.reason);
        for (const key of keys) await letters.redrive(key, flags.reason);
        return [
          ...names.map((name) => `Redriving ${name}`),
          'It takes a second or two; a message that fails again blocks its key again.',
        ];
      },
    );
  }

  async function discard(id: string, flags: LetterFlags): Promise<void> {
    const letters = lettersOf(flags);
    const letter = await letters.get(id, flags.consumer);
    const { consumer, topic, key } = letter;
    const consequence = consequences[consumer] ?? `${consumer} will never handle it`;
    await perform(
      flags,
      [`discard ${id} (${topic} ${key ?? ''}): ${consequence}, and it is kept in msg_operator_actions`],
      async () => {
        const { left, redriven } = await letters.discard(letter, {
          reason: flags.reason,
          thenRedrive: flags.redrive ?? false,
        });
        return [
          `Discarded ${id} of ${consumer}; ${left === 0 ? 'no message of its key waits any more' : `${plural(left, 'message')} of its key ${redriven ? 'redriven' : 'still blocked'}`}.`,
        ];
      },
    );
  }

  async function edit(id: string, flags: EditFlags): Promise<void> {
    const letters = lettersOf(flags);
    if ((flags.value === undefined) === (flags.file === undefined))
      throw new OperatorError('give the new value with --value or with --file');
    const value = flags.value ?? readFileSync(flags.file!, 'utf8');
    if (!flags.raw) mustBeJson(value);
    const letter = await letters.get(id, flags.consumer);
    const size = (text: Buffer | string | null): string => plural(text === null ? 0 : Buffer.byteLength(text), 'byte');
    await perform(
      flags,
      [
        `replace the value of ${id} (${size(letter.value)}) by ${size(value)}; the old one is kept in msg_operator_actions`,
      ],
      async () => {
        await letters.edit(letter, value, { reason: flags.reason, thenRedrive: flags.redrive ?? false });
        return [
          `Edited ${id}; its key is ${flags.redrive ? 'redriven' : 'still blocked: redrive it when it is right'}.`,
        ];
      },
    );
  }

  const { options } = system;
  return new Command('dead-letters')
    .description('Messages that could not be handled or published, and the messages of the same key behind them.')
    .addCommand(command('list', 'Blocked keys, grouped by cause.', options).action(list))
    .addCommand(
      command('show', 'One message: cause, origin, headers and value.', options)
        .argument('<message>', 'its id')
        .action(show),
    )
    .addCommand(
      actionCommand('redrive', 'Handles, or publishes, the messages of blocked keys again, in order.', options)
        .argument('[message...]', 'ids of messages whose keys are redriven')
        .option('--cause <cause>', 'all of this cause')
        .option(
          '--consumer <name>',
          'all of this consumer; "outbox": what the broker rejects; "effects": calls that failed too often',
        )
        .option('--key <key>', 'all of this key')
        .option('--all', 'all')
        .option(
          '--in-order <count>',
          'one key after another, the oldest first, at most so many; stops at the first that fails again',
          count,
        )
        .action(redrive),
    )
    .addCommand(
      actionCommand('discard', 'Removes the first message of a key for good.', options)
        .argument('<message>', 'its id')
        .option('--consumer <name>', 'if it is a dead letter of several consumers')
        .option('--redrive', 'then redrive the messages behind it')
        .action(discard),
    )
    .addCommand(
      actionCommand('edit', 'Replaces the value of the first message of a key.', options)
        .argument('<message>', 'its id')
        .option('--value <json>', 'the new value')
        .option('--file <file>', 'a file with the new value')
        .option('--raw', 'accept a value that is no JSON')
        .option('--consumer <name>', 'if it is a dead letter of several consumers')
        .option('--redrive', 'then redrive the key')
        .action(edit),
    );
}

/** The oldest keys, of one consumer. */
function firstInOrder(keys: readonly OfService<BlockedKey>[], atMost: number): OfService<BlockedKey>[] {
  const consumers = [...new Set(keys.map(({ consumer }) => consumer))];
  if (consumers.length > 1)
    throw new OperatorError(`the keys are of several consumers (${consumers.join(', ')}): choose one with --consumer`);
  return keys.toSorted((a, b) => a.blockedAt.getTime() - b.blockedAt.getTime()).slice(0, atMost);
}

async function redriveOneByOne(
  databases: Databases,
  keys: readonly OfService<BlockedKey>[],
  reason: string,
): Promise<string[]> {
  await recordRedrive(databases, { keys, reason });
  const { succeeded, failed } = await redriveInOrder(databases, { keys, reason, timers: systemTimers });
  return [
    `Handled ${plural(succeeded, 'key')} of ${keys.length}.`,
    ...(failed ? [`${failed.topic} ${failed.key ?? ''} failed again; the keys after it were not tried.`] : []),
  ];
}

function count(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('expected a whole number from 1');
  return Number(text);
}

const consequences: Readonly<Record<string, string>> = {
  [outbox]: 'it will never be published',
  [effects]: 'it will never be called again',
};

function groupLines([title, keys]: [string, readonly OfService<BlockedKey>[]]): string[] {
  const messages = keys.reduce((sum, key) => sum + key.messages, 0);
  return [
    `${title}: ${plural(keys.length, 'key')}, ${plural(messages, 'message')}`,
    `  ${keys[0]!.detail}`,
    ...table(
      ['FIRST MESSAGE', 'TOPIC', 'KEY', 'MESSAGES', 'STATE', 'SINCE'],
      keys
        .slice(0, rowsPerGroup)
        .map(({ first, topic, key, messages: count, state, blockedAt }) => [
          first,
          topic,
          key,
          String(count),
          state,
          blockedAt,
        ]),
    ).map((line) => `  ${line}`),
    ...(keys.length > rowsPerGroup ? [`  … and ${keys.length - rowsPerGroup} more (--json shows all)`] : []),
  ];
}

const letterLines = (letter: OfService<DeadLetter>): string[] => {
  const { consumer, service, topic, partition, offset, key, cause, detail, attempts, state } = letter;
  const { before, behind, waitsSince, headers, value } = letter;
  return [
    `${state} for ${consumer} (${service}) since ${waitsSince.toISOString()}, ${before} before it, ${behind} behind it`,
    partition === null
      ? `for      ${topic}, key ${key ?? '-'}: not published`
      : `from     ${topic} partition ${partition} offset ${offset}, key ${key ?? '-'}`,
    `cause    ${cause}: ${detail} (attempts: ${attempts})`,
    ...Object.entries(headers).map(([name, text]) => `header   ${name}: ${text}`),
    `value    ${value === null ? 'none' : textOf(value)}`,
  ];
};

function textOf(value: Buffer): string {
  const { text, encoding } = readableBytes(value);
  return encoding === 'utf8' ? text : `${text} (${encoding})`;
}

function mustBeJson(value: string): void {
  try {
    JSON.parse(value);
  } catch (error) {
    throw new OperatorError(`the new value is no JSON (${(error as Error).message}); --raw accepts it as it is`);
  }
}
