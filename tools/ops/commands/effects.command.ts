import { Command } from 'commander';
import { ask } from '../operator/databases.js';
import { table } from '../screen.js';
import { print, shopCommand, shopOf, type ShopFlags } from './shop-command.js';

const open = `
select id::text as id, name, key, tries, wished_at as "wishedAt", due_at as "dueAt", lease_until as "leasedUntil", last_error as "lastError"
from msg_effects where done_at is null order by wished_at`;

interface OpenEffect {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly tries: number;
  readonly wishedAt: Date;
  readonly dueAt: Date;
  readonly leasedUntil: Date | null;
  readonly lastError: string | null;
}

async function list(flags: ShopFlags): Promise<void> {
  const effects = await ask<OpenEffect>(shopOf(flags).databases, open);
  print(flags, effects, () =>
    effects.length === 0
      ? ['No effect is open.']
      : table(
          ['SERVICE', 'EFFECT', 'KEY', 'TRIES', 'WISHED', 'NEXT TRY', 'LEASED UNTIL', 'LAST ERROR'],
          effects.map(({ service, name, key, tries, wishedAt, dueAt, leasedUntil, lastError }) => [service, name, key, String(tries), wishedAt, dueAt, leasedUntil, lastError]),
        ),
  );
}

export const effectsCommand = new Command('effects').description('Calls to the outside.').addCommand(shopCommand('list', 'Those that have not ended.').action(list));
