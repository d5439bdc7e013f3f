import { Controller } from '@nestjs/common';
import {
  Handles,
  rows,
  Message,
  nothing,
  save,
  table,
  type Decision,
  type HandlerContext,
  type TransactionContext,
} from '@tradewind/messaging';
import { MessageRegistry } from '@tradewind/messaging/message';
import { IsInt, IsString } from 'class-validator';
import { seededRandom } from '../../tools/shop/retail/seeded-random.js';
import { query } from '../environment/databases.js';
import { numbering, productAt, type ProductMessage, type Service, type Workload } from './workload.js';

interface PriceChange extends ProductMessage {
  readonly name: string;
  readonly price: number;
}

interface ProductPrice {
  readonly product: string;
  readonly name: string;
  readonly price: number;
  /** How many messages have changed the row. */
  readonly changes: number;
  readonly sequence: number;
}

const ProductPrices = table<ProductPrice>(
  'bench_prices',
  'product',
  { product: 'text', name: 'text', price: 'int4', changes: 'int4', sequence: 'int8' },
  { sequence: 'sequence' },
);

/** Keeps the newest name and price. Parameters: product, name, price and sequence. */
export const saveNewer = `
insert into bench_prices as known (product, name, price, changes, sequence) values ($1, $2, $3, 1, $4)
on conflict (product) do update
set name = excluded.name, price = excluded.price, changes = known.changes + 1, sequence = excluded.sequence
where known.sequence < excluded.sequence`;

/** A projection of the name and the price of each product, with a consumer group of its own. */
export const prices = {
  messageType: 'bench.price-changed',
  table: `create table bench_prices (product text primary key, name text not null, price int not null, changes int not null, sequence bigint not null) with (fillfactor = 60)`,
  *messages({ messages, products, seed }): Generator<PriceChange> {
    const random = seededRandom(seed, 'prices');
    const numberOf = numbering();
    for (let index = 0; index < messages; index++) {
      const place = Math.floor(random.fraction() * products);
      const [product, price] = [productAt(place), 100 + Math.floor(random.fraction() * 100_000)];
      yield { product, name: `Product ${place}, named at a price of ${price}`, price, number: numberOf(product) };
    }
  },
  service(name, events): Service {
    @Message({ type: prices.messageType, topic: events, key: 'product' })
    class PriceChanged {
      @IsString() readonly product!: string;
      @IsString() readonly name!: string;
      @IsInt() readonly price!: number;
      @IsInt() readonly number!: number;
    }

    const load = { prices: rows(ProductPrices, ({ product }: PriceChanged) => [product]) };

    @Controller()
    class PriceHandler {
      constructor(private readonly onDecided: () => void) {}

      @Handles(PriceChanged, { load, consumer: 'prices', kind: 'projection' })
      change(event: PriceChanged, { prices: known, sequence: text }: HandlerContext<typeof load>): Decision {
        this.onDecided();
        const { product, name: productName, price } = event;
        const [row, sequence] = [known.get(product), Number(text)];
        if (row && row.sequence >= sequence) return nothing();
        return save(ProductPrices, { product, name: productName, price, changes: (row?.changes ?? 0) + 1, sequence });
      }
    }

    @Controller()
    class TransactionalPriceHandler {
      constructor(private readonly onDecided: () => void) {}

      @Handles(PriceChanged, { consumer: 'prices' })
      async change(event: PriceChanged, { manager, sequence }: TransactionContext): Promise<void> {
        this.onDecided();
        await manager.query(saveNewer, [event.product, event.name, event.price, Number(sequence)]);
      }
    }

    return {
      options: { service: name, contracts: new MessageRegistry([PriceChanged]), lockOrder: [ProductPrices] },
      controller: (handlers, onDecided) =>
        new (handlers === 'transactional' ? TransactionalPriceHandler : PriceHandler)(onDecided),
      group: `${name}.prices`,
      events: undefined,
    };
  },
  expectedRows: (backlog): ProductPrice[] => {
    const last = new Map<string, ProductPrice>();
    for (const { product, name, price, number } of prices.messages(backlog))
      last.set(product, { product, name, price, changes: number, sequence: number });
    return [...last.values()];
  },
  readRows: (url): Promise<ProductPrice[]> =>
    query<ProductPrice>(url, 'select product, name, price, changes, sequence::int from bench_prices'),
} satisfies Workload;
