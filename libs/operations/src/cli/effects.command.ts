import { Command } from 'commander';
import { describeState, durationText, pendingEffects } from '../effects/pending-effects.js';
import { table } from '../text-table.js';
import { command, print, type SystemFlags } from './command.js';
import type { OperatedSystem } from './operated-system.js';

export function effectsCommand(system: OperatedSystem): Command {
  async function list(flags: SystemFlags): Promise<void> {
    const effects = await pendingEffects(system.databases(flags));
    print(flags, effects, () =>
      effects.length === 0
        ? ['No effect is pending.']
        : table(
            ['SERVICE', 'EFFECT', 'KEY', 'ATTEMPTS', 'AGE', 'LEASE HOLDER, OR WHAT IT WAITS FOR', 'LAST ERROR'],
            effects.map((effect) => [
              effect.service,
              effect.name,
              effect.key,
              String(effect.attempts),
              durationText(effect.age),
              describeState(effect),
              effect.lastError,
            ]),
          ),
    );
  }

  return new Command('effects')
    .description('Calls to the outside.')
    .addCommand(
      command(
        'list',
        'Pending effects: their age, their attempts, and the instance that runs them.',
        system.options,
      ).action(list),
    );
}
