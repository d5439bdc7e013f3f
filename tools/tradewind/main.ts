#!/usr/bin/env node
import { Command } from 'commander';
import { auditCommand } from '../audit/command/audit.command.js';
import {
  actionsCommand,
  backupCommand,
  contractsCommand,
  deadLettersCommand,
  describeCommand,
  effectsCommand,
  offsetsCommand,
  rebuildCommand,
  recoverCommand,
  replayCommand,
  runProgram,
  sagasCommand,
  topicsCommand,
} from '@tradewind/operations/cli';
import { accountName, nameActor } from './actor.js';
import { aclsCommand } from './shop/acls.command.js';
import { adminCommand } from './shop/admin.command.js';
import { erasureCommand } from './shop/erasure.command.js';
import { keysCommand } from './shop/keys.command.js';
import { loginsCommand } from './shop/logins.command.js';
import { logsCommand } from './shop/logs.command.js';
import { recoveredOrders } from './shop/recovery-check.js';
import { scaleCommand } from './shop/scale.command.js';
import { shopSystem } from './shop/shop-system.js';

const program = new Command('tradewind')
  .description("The operator's command: inspects a running shop, and acts where a person must decide.")
  .addHelpText(
    'after',
    '\nExit codes: 0 done, 1 violations were found or the operation failed, 2 wrong usage or something can’t be reached.',
  )
  .addCommand(auditCommand)
  .addCommand(actionsCommand(shopSystem))
  .addCommand(deadLettersCommand(shopSystem))
  .addCommand(sagasCommand(shopSystem))
  .addCommand(effectsCommand(shopSystem))
  .addCommand(replayCommand(shopSystem))
  .addCommand(rebuildCommand(shopSystem))
  .addCommand(recoverCommand(shopSystem, recoveredOrders))
  .addCommand(backupCommand(shopSystem))
  .addCommand(offsetsCommand(shopSystem))
  .addCommand(topicsCommand(shopSystem))
  .addCommand(describeCommand(shopSystem))
  .addCommand(contractsCommand(shopSystem))
  .addCommand(scaleCommand)
  .addCommand(keysCommand)
  .addCommand(erasureCommand)
  .addCommand(aclsCommand)
  .addCommand(loginsCommand)
  .addCommand(logsCommand)
  .addCommand(adminCommand);

nameActor(accountName(), process.env);
await runProgram(program);
