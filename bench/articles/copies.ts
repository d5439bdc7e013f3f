import { Controller } from '@nestjs/common';
import {
  Catalogue,
  Handles,
  keys,
  Message,
  nothing,
  save,
  table,
  type Decision,
  type Given,
  type Topic,
} from '@tradewind/messaging';
import { IsInt, IsString } from 'class-validator';
import type { OnDecided, Service } from './work.js';

export const priceType = 'bench.priced';

export interface Copy {
  readonly article: string;
  readonly name: string;
  readonly price: number;
  /** How many messages have changed the row. */
  readonly changes: number;
  readonly sequence: number;
}
export const Copies = table<Copy>(
  'bench_copies',
  'article',
  { article: 'text', name: 'text', price: 'int4', changes: 'int4', sequence: 'int8' },
  { sequence: 'sequence' },
);

/** A copy of each article's name and price, by a projection in a group of its own. */
export function copiesOver(service: string, told: Topic, onDecided: OnDecided = () => undefined): Service {
  @Message({ type: priceType, topic: told, key: 'article' })
  class Priced {
    @IsString() readonly article!: string;
    @IsString() readonly name!: string;
    @IsInt() readonly price!: number;
    @IsInt() readonly number!: number;
  }

  const load = { copies: keys(Copies, ({ article }: Priced) => [article]) };

  @Controller()
  class CopyHandler {
    @Handles(Priced, { load, consumer: 'copies', kind: 'projection' })
    priced({ article, name, price }: Priced, { copies, sequence }: Given<typeof load>): Decision {
      onDecided();
      const known = copies.get(article);
      if (known && known.sequence >= Number(sequence)) return nothing();
      return save(Copies, { article, name, price, changes: (known?.changes ?? 0) + 1, sequence: Number(sequence) });
    }
  }

  return {
    options: { service, contracts: new Catalogue([Priced]), lockOrder: [Copies] },
    controller: new CopyHandler(),
    group: `${service}.copies`,
    answers: undefined,
  };
}
