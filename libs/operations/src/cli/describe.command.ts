import type { Command } from 'commander';
import type { ServiceDescription } from '@tradewind/messaging/internals';
import { descriptionText } from '../descriptions/index.js';
import { OperatorError } from '../databases/errors.js';
import { command, print, type SystemFlags } from './command.js';
import type { OperatedSystem } from './operated-system.js';

/** The descriptions of these services in the checkout. Rejects with OperatorError for a service that there is not. */
export async function describedServices(
  system: OperatedSystem,
  names: readonly string[],
  flags: SystemFlags,
): Promise<ServiceDescription[]> {
  const services = system.services(flags);
  const unknown = names.find((name) => !services.includes(name));
  if (unknown !== undefined)
    throw new OperatorError(`there is no service "${unknown}"; there are ${services.join(', ')}`);
  const descriptions: ServiceDescription[] = [];
  for (const name of names.length > 0 ? names : services) descriptions.push(await system.describe(name, flags));
  return descriptions;
}

export function describeCommand(system: OperatedSystem): Command {
  async function describe(names: readonly string[], flags: SystemFlags): Promise<void> {
    const descriptions = await describedServices(system, names, flags);
    print(flags, descriptions, () => descriptions.flatMap(descriptionText));
  }
  return command(
    'describe',
    'What services are in this checkout: their consumers, messages, sagas and effects. Needs no connection.',
    system.options,
  )
    .argument('[service...]', 'the services; default: all')
    .action(describe);
}
