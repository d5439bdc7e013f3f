#!/usr/bin/env node
import { Command } from 'commander';
import { actionsCommand } from './actions.command.js';
import { contractsCommand } from './contracts.command.js';
import { deadLettersCommand } from './dead-letters.command.js';
import { describeCommand } from './describe.command.js';
import { effectsCommand } from './effects.command.js';
import { rebuildCommand } from './rebuild.command.js';
import { offsetsCommand } from './offsets.command.js';
import { backupCommand, recoverCommand } from './recover.command.js';
import { replayCommand } from './replay.command.js';
import { runProgram } from './run-program.js';
import { sagasCommand } from './sagas.command.js';
import { servicesFromOptions } from './service-options.js';
import { topicsCommand } from './topics.command.js';

const system = servicesFromOptions(process.env);

await runProgram(
  new Command('tradewind')
    .description('Inspects services of @tradewind/messaging, and acts where a person must decide.')
    .addHelpText('after', '\nExit codes: 0 done, 1 the operation failed, 2 wrong usage or something can’t be reached.')
    .addCommand(actionsCommand(system))
    .addCommand(deadLettersCommand(system))
    .addCommand(sagasCommand(system))
    .addCommand(effectsCommand(system))
    .addCommand(topicsCommand(system))
    .addCommand(describeCommand(system))
    .addCommand(contractsCommand(system))
    .addCommand(replayCommand(system))
    .addCommand(rebuildCommand(system))
    .addCommand(backupCommand(system))
    .addCommand(offsetsCommand(system))
    .addCommand(recoverCommand(system)),
);
