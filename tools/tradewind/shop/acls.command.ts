import type { Command } from 'commander';
import { applyPermissions } from '@tradewind/messaging/internals';
import { aclCommands, Unreachable } from '@tradewind/operations';
import { command, print, type SystemFlags } from '@tradewind/operations/cli';
import { kafkaSecurityAs } from '../../kafka-users.js';
import { shopPermissions } from '../../platform/shop/permissions.js';
import { kafkaOf, shopSystem } from './shop-system.js';

interface Flags extends SystemFlags {
  readonly apply?: true;
}

const placeholder = '--bootstrap-server "$KAFKA_BROKERS" --command-config "$ADMIN_PROPERTIES"';

async function acls(flags: Flags): Promise<void> {
  const permissions = shopPermissions();
  if (!flags.apply) return print(flags, { permissions }, () => [...aclCommands(permissions, placeholder)]);
  const { brokers, kafkaLogins } = kafkaOf(flags);
  const settings = { brokers: brokers.split(','), clientId: 'tradewind-acls' };
  const changes = await applyPermissions(
    { ...settings, ...kafkaSecurityAs('platform', kafkaLogins) },
    permissions,
  ).catch((error: unknown) => {
    throw new Unreachable(`the permissions at ${brokers} are as before: ${(error as Error).message}`, { cause: error });
  });
  print(flags, changes, () => [`${changes.created} ACLs created, ${changes.removed} removed.`]);
}

export const aclsCommand: Command = command(
  'acls',
  'Prints what each service and tool may do at the brokers, as commands of kafka-acls.sh.',
  shopSystem.options,
)
  .option('--apply', 'make them those of the brokers; needs the login of an administrator')
  .action(acls);
