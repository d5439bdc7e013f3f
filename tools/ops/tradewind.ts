#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { adminCommand } from './commands/admin.command.js';
import { auditCommand } from './commands/audit.command.js';
import { effectsCommand } from './commands/effects.command.js';
import { parkedCommand } from './commands/parked.command.js';
import { rebuildCommand } from './commands/rebuild.command.js';
import { backupCommand, recoverCommand } from './commands/recover.command.js';
import { replayCommand } from './commands/replay.command.js';
import { sagaCommand } from './commands/saga.command.js';
import { scaleCommand } from './commands/scale.command.js';
import { topicsCommand } from './commands/topics.command.js';
import { CannotReach } from './gather/read-only.js';
import { CannotDo } from './operator/databases.js';
import { NotFound } from './where.js';

const program = new Command('tradewind')
  .description("The operator's command: looks into a running shop, and acts where a person must decide.")
  .addHelpText(
    'after',
    '\nExit codes: 0 fine, 1 violations were found or the work failed, 2 wrong usage or something can’t be reached.',
  )
  .addCommand(auditCommand)
  .addCommand(parkedCommand)
  .addCommand(sagaCommand)
  .addCommand(effectsCommand)
  .addCommand(replayCommand)
  .addCommand(rebuildCommand)
  .addCommand(recoverCommand)
  .addCommand(backupCommand)
  .addCommand(topicsCommand)
  .addCommand(scaleCommand)
  .addCommand(adminCommand);

/** Every subcommand throws instead of ending the process, so that wrong usage is 2 here and everywhere. */
function throwing(command: Command): void {
  command.exitOverride();
  command.commands.forEach((each) => throwing(each));
}

throwing(program);
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    const expected = error instanceof CannotReach || error instanceof NotFound || error instanceof CannotDo;
    console.error(expected ? error.message : error);
    process.exitCode = error instanceof CannotReach || error instanceof NotFound ? 2 : 1;
  }
}
