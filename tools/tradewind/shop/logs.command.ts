import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { OperatorError } from '@tradewind/operations';
import { command, print, type SystemFlags } from '@tradewind/operations/cli';
import { stateDir, stateOption } from '../../find-shop.js';
import { linesOfOrder, lineText } from '../logs/order-lines.js';

interface Flags extends SystemFlags {
  readonly order: string;
  readonly logs?: string;
}

function uuid(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('Give the id of an order, as POST /cart/checkout answers it.');
}

/** One file after another: a log may be large. */
function* filesIn(folder: string): Generator<string> {
  for (const name of readdirSync(folder).toSorted())
    if (name.endsWith('.log')) yield readFileSync(join(folder, name), 'utf8');
}

function logs(flags: Flags): void {
  const folder = flags.logs ?? join(flags.state ?? stateDir(process.env), 'logs');
  if (!existsSync(folder))
    throw new OperatorError(`${folder} does not exist: name the folder of the services' log files with --logs`);
  const lines = linesOfOrder(filesIn(folder), flags.order);
  print(flags, lines, () => (lines.length === 0 ? [`No line of ${flags.order} in ${folder}.`] : lines.map(lineText)));
}

export const logsCommand: Command = command(
  'logs',
  'What the services logged about an order, in the order of time. LOG_LEVEL=debug logs each message that is handled.',
  [stateOption()],
)
  .requiredOption('--order <id>', 'the id of the order', uuid)
  .option('--logs <folder>', 'the log files; default: those of the folder of "npm start"')
  .action(logs);
