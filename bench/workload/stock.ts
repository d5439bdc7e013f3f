import { Controller } from '@nestjs/common';
import {
  Handles,
  rows,
  Message,
  save,
  publish,
  table,
  topic,
  type Decision,
  type HandlerContext,
  type TransactionContext,
} from '@tradewind/messaging';
import { MessageRegistry } from '@tradewind/messaging/message';
import type { Published, Recovery } from '@tradewind/operations';
import { IsInt, IsString } from 'class-validator';
import { seededRandom, type SeededRandom } from '../../tools/shop/retail/seeded-random.js';
import { query } from '../environment/databases.js';
import { numbering, productAt, type ProductMessage, type Service, type Workload } from './workload.js';

/** Products in stock, and pieces of each: too few of the products that most requests ask for. */
const stockedProducts = 1_000;
export const initialStock = 200;

export const eventTypes = { taken: 'bench.stock-taken', refused: 'bench.stock-refused' } as const;

export interface StockRequest extends ProductMessage {
  readonly quantity: number;
}

interface StockLevel {
  readonly product: string;
  readonly available: number;
  readonly taken: number;
  readonly refused: number;
  /** The number of the last request, and how many requests did not follow their predecessor. */
  readonly last: number;
  readonly outOfOrder: number;
}

const StockLevels = table<StockLevel>('bench_stock_levels', 'product', {
  product: 'text',
  available: 'int4',
  taken: 'int4',
  refused: 'int4',
  last: 'int4',
  outOfOrder: 'int4',
});

const initial = { available: initialStock, taken: 0, refused: 0, last: 0, outOfOrder: 0 };

const after = (level: StockLevel, { quantity, number }: StockRequest, isTaken: boolean): StockLevel => ({
  ...level,
  ...(isTaken
    ? { available: level.available - quantity, taken: level.taken + quantity }
    : { refused: level.refused + 1 }),
  last: number,
  outOfOrder: level.outOfOrder + (number === level.last + 1 ? 0 : 1),
});

const takeOrRefuse = `
with level as (select available >= $2 as enough from bench_stock_levels where product = $1 for update)
update bench_stock_levels set
  available = available - case when enough then $2 else 0 end, taken = taken + case when enough then $2 else 0 end,
  refused = refused + (not enough)::int, last = $3, out_of_order = out_of_order + (last + 1 <> $3)::int
from level where product = $1 returning enough as "isTaken"`;

class Quantity {
  @IsString() readonly product!: string;
  @IsInt() readonly quantity!: number;
  @IsInt() readonly number!: number;
}

/** An index below `count`, small ones far more often: half of all draws are from the first tenth. */
export const skewed = (random: SeededRandom, count: number): number => Math.floor(count * random.fraction() ** 3.3);

/** Takes pieces of one product, never below zero, and publishes an event that says whether it could: a guarded update. */
export const stock = {
  messageType: 'bench.take-stock',
  table: `
create table bench_stock_levels (product text primary key, available int not null check (available >= 0), taken int not null, refused int not null, last int not null, out_of_order int not null) with (fillfactor = 60)`,
  *messages({ messages, seed }): Generator<StockRequest> {
    const random = seededRandom(seed, 'requests');
    const numberOf = numbering();
    for (let index = 0; index < messages; index++) {
      const product = productAt(skewed(random, stockedProducts));
      yield { product, quantity: 1 + Math.floor(random.fraction() * 3), number: numberOf(product) };
    }
  },
  service(name, requests): Service {
    const events = topic(`${name}.events`, { owner: name, partitions: 3 });

    @Message({ type: stock.messageType, topic: requests, key: 'product' })
    class TakeStock extends Quantity {}

    @Message({ type: eventTypes.taken, topic: events, key: 'product' })
    class StockTaken extends Quantity {}

    @Message({ type: eventTypes.refused, topic: events, key: 'product' })
    class StockRefused extends Quantity {}

    const load = { levels: rows(StockLevels, ({ product }: TakeStock) => [product]) };

    @Controller()
    class StockHandler {
      constructor(private readonly onDecided: () => void) {}

      @Handles(TakeStock, { load })
      take({ product, quantity, number }: TakeStock, { levels }: HandlerContext<typeof load>): Decision {
        this.onDecided();
        const level = levels.get(product) ?? { product, ...initial };
        const isTaken = level.available >= quantity;
        const request = { product, quantity, number };
        const event = publish(isTaken ? StockTaken : StockRefused, request);
        return save(StockLevels, after(level, request, isTaken)).and(event);
      }
    }

    @Controller()
    class TransactionalStockHandler {
      constructor(private readonly onDecided: () => void) {}

      @Handles(TakeStock)
      async take({ product, quantity, number }: TakeStock, { manager, publish }: TransactionContext): Promise<void> {
        this.onDecided();
        const [[level]] = await manager.query<[{ isTaken: boolean }[]]>(takeOrRefuse, [product, quantity, number]);
        publish(level!.isTaken ? StockTaken : StockRefused, { product, quantity, number });
      }
    }

    return {
      options: {
        service: name,
        contracts: new MessageRegistry([TakeStock, StockTaken, StockRefused]),
        lockOrder: [StockLevels],
      },
      controller: (handlers, onDecided) =>
        new (handlers === 'transactional' ? TransactionalStockHandler : StockHandler)(onDecided),
      group: name,
      events,
    };
  },
  expectedRows: (backlog): StockLevel[] => stockLevelsAfter(stock.messages(backlog)),
  readRows: (url): Promise<StockLevel[]> =>
    query<StockLevel>(
      url,
      `select product, available, taken, refused, last, out_of_order as "outOfOrder" from bench_stock_levels
      where (available, taken, refused, last, out_of_order) <> (${initialStock}, 0, 0, 0, 0)`,
    ),
} satisfies Workload;

/** The stock levels after requests that were decided once each, in this order. */
export function stockLevelsAfter(requests: Iterable<StockRequest>): StockLevel[] {
  const levels = new Map<string, StockLevel>();
  for (const request of requests) {
    const level = levels.get(request.product) ?? { product: request.product, ...initial };
    levels.set(request.product, after(level, request, level.available >= request.quantity));
  }
  return [...levels.values()];
}

/** All products with their initial stock. */
export const fillStock = `insert into bench_stock_levels (product, available, taken, refused, last, out_of_order)
select 'product-' || n, ${initialStock}, 0, 0, 0, 0 from generate_series(0, ${stockedProducts - 1}) n`;

/** Recovers the stock levels from the events of their service, which arrive product by product. */
export const stockRecovery: Recovery = { rows: (events) => [[StockLevels, recoveredLevels(events)]] };

function* recoveredLevels(events: Iterable<Published>): Generator<StockLevel> {
  let level: StockLevel | undefined;
  for (const { message, envelope } of events) {
    const request = message as StockRequest;
    if (level && level.product !== request.product) yield level;
    const before = level?.product === request.product ? level : { product: request.product, ...initial };
    level = after(before, request, envelope.type === eventTypes.taken);
  }
  if (level) yield level;
}
