import { Command } from 'commander';
import { lengthOf, openEffects, standingOf } from '../operator/effects.js';
import { table } from '../screen.js';
import { print, shopCommand, shopOf, type ShopFlags } from './shop-command.js';

async function list(flags: ShopFlags): Promise<void> {
  const effects = await openEffects(shopOf(flags).databases);
  print(flags, effects, () =>
    effects.length === 0
      ? ['No effect is open.']
      : table(
          ['SERVICE', 'EFFECT', 'KEY', 'TRIES', 'AGE', 'LEASE HOLDER, OR WHAT IT WAITS FOR', 'LAST ERROR'],
          effects.map((effect) => [
            effect.service,
            effect.name,
            effect.key,
            String(effect.tries),
            lengthOf(effect.age),
            standingOf(effect),
            effect.lastError,
          ]),
        ),
  );
}

export const effectsCommand = new Command('effects')
  .description('Calls to the outside.')
  .addCommand(
    shopCommand(
      'list',
      'Those that have not ended: how old they are, how often they were tried, and who has them.',
    ).action(list),
  );
