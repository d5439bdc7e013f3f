import { Command } from 'commander';
import { deployProblems, problemText, runningServices } from '../deploy-gate/index.js';
import { command, print, type SystemFlags } from './command.js';
import { describedServices } from './describe.command.js';
import type { OperatedSystem } from './operated-system.js';

export function contractsCommand(system: OperatedSystem): Command {
  async function deployable(names: readonly string[], flags: SystemFlags): Promise<void> {
    const checkout = await describedServices(system, names, flags);
    const running = await runningServices(system.databases(flags));
    const problems = deployProblems(checkout, running);
    const services = checkout.map(({ service }) => service);
    const fresh = services.filter((name) => !running.some(({ description }) => description.service === name));
    print(flags, { deployable: problems.length === 0, services, neverStarted: fresh, problems }, () => [
      ...new Set(problems.map(problemText)),
      ...(problems.length === 0 ? [`${services.join(', ')} can be deployed beside what runs, in any order.`] : []),
      ...(fresh.length === 0 ? [] : [`Never started: ${fresh.join(', ')}.`]),
    ]);
    if (problems.length > 0) process.exitCode = 1;
  }

  return new Command('contracts')
    .description('The messages between services.')
    .addCommand(
      command(
        'deployable',
        'Compares this checkout with what runs: exits with 1 where a running consumer would dead-letter what the new version publishes, or the new version what is published, and names the service to deploy first.',
        system.options,
      )
        .argument('[service...]', 'the services to deploy; default: all')
        .action(deployable),
    );
}
