import { addProduct } from '../../../apps/product/src/commands/add-product.command.js';
import { adjustStock } from '../../../apps/product/src/commands/adjust-stock.command.js';
import { changeProduct } from '../../../apps/product/src/commands/change-product.command.js';
import { skuTaken } from '../../../apps/product/src/domain/product.js';
import { Products } from '../../../apps/product/src/storage/product.tables.js';
import { Products as CartProducts } from '../../../apps/cart/src/storage/cart.tables.js';
import { Prices } from '../../../apps/order/src/storage/order.tables.js';
import { isRefusal, money, type OrderId, type ProductId, type UserId } from '@tradewind/kernel';
import type { World } from '@tradewind/messaging';
import { bodyHash } from '@tradewind/service';
import type { Afterwards, Chore, ProductPlan, Purchase, Schedule } from '../schedule/schedule.js';
import type { ServiceName } from '../shop/services.js';
import type { RunningService } from '../shop/start-service.js';
import { Door } from './door.js';
import type { Bought, History } from './history.js';
import { buyersOf } from './people.js';
import {
  cancelling,
  changingAddress,
  checkingOut,
  filling,
  givingBack,
  itemsOf,
  noticing,
  placing,
  type Wanted,
} from './requests.js';

/** How often somebody who fills a cart, or the shop itself, asks again. */
const persistence = 3;

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/** Everybody who wants something of the shop, on a clock of their own, and what they see. */
export class Crowd {
  readonly history: Mutable<History> = { products: [], purchases: [], cancellations: [], goodwill: [], chores: [] };
  readonly #doors: Readonly<Record<ServiceName, Door>>;
  readonly #buyers: readonly UserId[];

  constructor(
    private readonly schedule: Schedule,
    running: (name: ServiceName) => readonly RunningService[],
    private readonly world: World,
  ) {
    const door = (name: ServiceName): Door => new Door(() => running(name), world.timers);
    this.#doors = { product: door('product'), cart: door('cart'), order: door('order'), payment: door('payment') };
    this.#buyers = buyersOf(schedule.seed, schedule.buyers);
  }

  /** Brings the products into the catalogue, and waits until cart and order know all of them. */
  async open(): Promise<void> {
    for (const plan of this.schedule.products) this.history.products.push(await this.#add(plan));
    const { products } = this.history;
    const known = async (name: 'cart' | 'order'): Promise<boolean> => {
      const saw = await this.#doors[name].ask(({ read }) =>
        name === 'cart' ? read(CartProducts, 'productId', products) : read(Prices, 'productId', products),
      );
      return saw.saw === 'answer' && saw.answer.length === products.length;
    };
    while (!(await known('cart')) || !(await known('order'))) await this.world.timers.wait(100);
  }

  /** Everything of the schedule, each at its time. Resolves when everybody has gone home. */
  async come(): Promise<void> {
    await Promise.all([
      ...this.schedule.purchases.map((purchase, nr) => this.#buy(purchase, nr)),
      ...this.schedule.chores.map((chore) => this.#tend(chore)),
    ]);
  }

  async #add({ sku, price, stock }: ProductPlan): Promise<ProductId> {
    const own = `${this.schedule.seed} ${sku}`;
    for (;;) {
      const saw = await this.#doors.product.ask(async ({ commands, read }) => {
        const added = await commands.run(addProduct, {
          sku: own,
          name: `Thing ${own}`,
          price: money(price, 'GBP'),
          stock,
        });
        return isRefusal(added) && added.refused === skuTaken.refused
          ? (await read(Products, 'sku', [own]))[0]!.productId
          : added;
      });
      if (saw.saw === 'answer') return saw.answer;
    }
  }

  async #buy(purchase: Purchase, nr: number): Promise<void> {
    const { timers } = this.world;
    await timers.wait(purchase.at);
    const userId = this.#buyers[purchase.buyer]!;
    const items = itemsOf(purchase.lines, this.history.products);
    const key = `${this.schedule.seed}-purchase-${nr}`;
    const wanted: Wanted = { userId, items, method: purchase.method, key };
    const bought: Mutable<Bought> = { purchase, userId, keyHash: bodyHash(key), saw: [] };
    this.history.purchases.push(bought);
    if (purchase.through === 'cart')
      for (const item of items) await this.#doors.cart.askAgain(filling(userId, item), persistence);
    const [door, request] =
      purchase.through === 'cart'
        ? [this.#doors.cart, checkingOut(wanted)]
        : [this.#doors.order, placing(wanted, this.world)];
    const ask = async (): Promise<OrderId | undefined> => {
      const { last, silences } = await door.askAgain(request, purchase.retries);
      bought.saw.push(
        last,
        ...Array.from({ length: silences - Number(last.saw === 'nothing') }, () => ({ saw: 'nothing' }) as const),
      );
      return last.saw === 'answer' ? last.answer.orderId : undefined;
    };
    const answers = await Promise.all(purchase.doubled ? [ask(), ask()] : [ask()]);
    const orderId = answers.find((answer) => answer !== undefined);
    if (orderId)
      await Promise.all(purchase.afterwards.map((each, at) => this.#afterwards(each, userId, orderId, `${key}-${at}`)));
  }

  async #afterwards(what: Afterwards, userId: UserId, orderId: OrderId, key: string): Promise<void> {
    await this.world.timers.wait(what.after);
    switch (what.what) {
      case 'cancel':
        return void this.history.cancellations.push({
          orderId,
          saw: await this.#doors.order.ask(cancelling(userId, orderId)),
        });
      case 'change address':
        return void (await this.#doors.order.ask(changingAddress(userId, orderId)));
      case 'goodwill': {
        const { last } = await this.#doors.payment.askAgain(givingBack(userId, orderId, what.amount, key), persistence);
        return void this.history.goodwill.push({ orderId, saw: last });
      }
      case 'notice':
        return void (await this.#doors.payment.askAgain(noticing(orderId, `simulated:${key}`), persistence));
    }
  }

  async #tend(chore: Chore): Promise<void> {
    await this.world.timers.wait(chore.at);
    const productId = this.history.products[chore.product]!;
    const saw = await this.#doors.product.ask<unknown>(({ commands }) =>
      chore.what === 'reprice'
        ? commands.run(changeProduct, { productId, change: { price: money(chore.price, 'GBP') } })
        : commands.run(adjustStock, { productId, delta: chore.delta, reason: 'counted' }),
    );
    this.history.chores.push({ chore, saw });
  }
}
