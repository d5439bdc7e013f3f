import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import {
  Handles,
  insert,
  Message,
  nothing,
  publish as publishing,
  rows,
  save,
  schedule,
  table,
  topic,
  type Decision,
  type HandlerContext,
} from '@tradewind/messaging';
import type { MessagingOptions } from '@tradewind/messaging/internals';
import { MessageRegistry } from '@tradewind/messaging/message';
import { IsInt, IsString } from 'class-validator';

const run = randomUUID().slice(0, 8);
export const items = topic(`items-${run}.events`, { owner: 'catalog', partitions: 3 });
export const sales = topic(`sales-${run}.events`, { owner: `sales-${run}`, partitions: 1 });

@Message({
  type: 'item.named',
  topic: items,
  key: 'item',
  version: 2,
  upcasts: { 1: ({ label, ...rest }) => ({ ...rest, name: label }) },
})
export class ItemNamed {
  @IsString() readonly item!: string;
  @IsString() readonly name!: string;
}

@Message({ type: 'item.sized', topic: items, key: 'item' })
export class ItemSized {
  @IsString() readonly item!: string;
  @IsInt() readonly size!: number;
}

@Message({ type: 'item.sold', topic: items, key: 'item' })
export class ItemSold {
  @IsString() readonly item!: string;
}

@Message({ type: 'sale.recorded', topic: sales, key: 'item' })
export class SaleRecorded {
  @IsString() readonly item!: string;
}

export interface Item {
  readonly item: string;
  readonly name: string;
  readonly size: number;
  readonly sequence: number;
}
const Items = table<Item>(
  'items',
  'item',
  { item: 'text', name: 'text', size: 'int4', sequence: 'int8' },
  { sequence: 'sequence' },
);
interface Sale {
  readonly saleId: string;
  readonly item: string;
}
const Sales = table<Sale>('sales', 'saleId', { saleId: 'uuid', item: 'text' });

const load = { items: rows(Items, ({ item }: { item: string }) => [item]) };

export class ItemHandler {
  @Handles(ItemNamed, { load, kind: 'projection' })
  named({ item, name }: ItemNamed, context: HandlerContext<typeof load>): Decision {
    return update(item, { name }, context);
  }

  @Handles(ItemSized, { load, kind: 'projection' })
  sized({ item, size }: ItemSized, context: HandlerContext<typeof load>): Decision {
    if (size < 0) throw new Error('no size');
    return update(item, { size }, context);
  }

  @Handles(ItemSold, { load: {} })
  sold({ item }: ItemSold, { cause, newId }: HandlerContext<Record<never, never>>): Decision {
    return insert(Sales, { saleId: newId(), item })
      .and(publishing(SaleRecorded, { item }))
      .and(schedule('pack', item, { cause }));
  }
}

function update(
  item: string,
  change: Partial<Item>,
  { items: known, sequence }: HandlerContext<typeof load>,
): Decision {
  const before = known.get(item);
  if (before && before.sequence >= Number(sequence)) return nothing();
  return save(Items, { name: 'unnamed', size: 0, ...before, ...change, item, sequence: Number(sequence) });
}

export const messaging: MessagingOptions = {
  service: `sales-${run}`,
  contracts: new MessageRegistry([ItemNamed, ItemSized, ItemSold, SaleRecorded]),
  lockOrder: [Items, Sales],
};
export const consumer = messaging.service;
