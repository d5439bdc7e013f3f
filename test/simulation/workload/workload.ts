import { addProduct } from '../../../apps/product/src/commands/add-product.command.js';
import { adjustStock } from '../../../apps/product/src/commands/adjust-stock.command.js';
import { changeProduct } from '../../../apps/product/src/commands/change-product.command.js';
import { skuTaken } from '../../../apps/product/src/domain/product.js';
import { skuKeyOf } from '../../../apps/product/src/domain/sku.js';
import { Products } from '../../../apps/product/src/storage/product.tables.js';
import { Products as CartProducts } from '../../../apps/cart/src/storage/cart.tables.js';
import { Prices } from '../../../apps/order/src/storage/order.tables.js';
import type { OrderId, ProductId, UserId } from '@tradewind/contracts';
import { isRejection, money } from '@tradewind/kernel';
import type { RuntimePorts } from '@tradewind/messaging/internals';
import { bodyHash } from '@tradewind/service';
import type { FollowUp, AdminAction, ProductPlan, Purchase, Scenario } from '../scenario/scenario.js';
import { serviceParts } from '../../services/index.js';
import { perSimulated, simulatedServices, type SimulatedService } from '../scenario/simulated-services.js';
import type { RunningService } from '../shop/start-service.js';
import { ServiceClient } from './service-client.js';
import type { ClientLog, PurchaseLog } from '../check/client-log.js';
import { buyersOf } from './buyer-ids.js';
import {
  actingAs,
  cancelRequest,
  changeAddressRequest,
  checkOutRequest,
  setItemRequest,
  goodwillRequest,
  itemsOf,
  webhookRequest,
  placeOrderRequest,
  type PurchaseRequest,
} from './requests.js';

/** Least number of retries of the requests whose number of retries is not in the scenario. */
const defaultRetries = 3;

/** Milliseconds after which most orders have their outcome. */
const outcomeDelay = 5_000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/** The clients of the shop: sends the requests of the scenario and logs their results. */
export class Workload {
  readonly log: Mutable<ClientLog> = { products: [], purchases: [], cancellations: [], goodwill: [], adminActions: [] };
  readonly #clients: Readonly<Record<SimulatedService, ServiceClient>>;
  readonly #buyers: readonly UserId[];

  constructor(
    private readonly scenario: Scenario,
    running: (name: SimulatedService) => readonly RunningService[],
    private readonly ports: RuntimePorts,
  ) {
    this.#clients = perSimulated((name) => new ServiceClient(() => running(name), ports.timers));
    this.#buyers = buyersOf(scenario.seed, scenario.buyers);
  }

  /** Adds the products, and waits until cart and order have a copy of each. */
  async setUp(): Promise<void> {
    for (const plan of this.scenario.products) this.log.products.push(await this.#add(plan));
    const { products } = this.log;
    const known = async (name: 'cart' | 'order'): Promise<boolean> => {
      const result = await this.#clients[name].send(({ read }) =>
        name === 'cart' ? read(CartProducts, 'productId', products) : read(Prices, 'productId', products),
      );
      return result.status === 'answered' && result.answer.length === products.length;
    };
    while (!(await known('cart')) || !(await known('order'))) await this.ports.timers.wait(100);
  }

  /** Sends all requests of the scenario, each at its time. Resolves when all clients have finished. */
  async run(): Promise<void> {
    await Promise.all([
      ...this.scenario.purchases.map((purchase, nr) => this.#buy(purchase, nr)),
      ...this.scenario.adminActions.map((action) => this.#administer(action)),
    ]);
  }

  async #add({ sku: plannedSku, price, stock }: ProductPlan): Promise<ProductId> {
    const sku = `${this.scenario.seed} ${plannedSku}`;
    for (;;) {
      const result = await this.#clients.product.send(async ({ commands, read }) => {
        const added = await commands.run(addProduct, {
          sku,
          name: `Product ${sku}`,
          price: money(price, 'GBP'),
          stock,
          acting: actingAs(this.#buyers[0]!),
        });
        return isRejection(added) && added.rejected === skuTaken.rejected
          ? (await read(Products, 'skuKey', [skuKeyOf(sku)]))[0]!.productId
          : added;
      });
      if (result.status === 'answered') return result.answer;
    }
  }

  async #buy(purchase: Purchase, nr: number): Promise<void> {
    const { timers } = this.ports;
    await timers.wait(purchase.at);
    const userId = this.#buyers[purchase.buyer]!;
    const items = itemsOf(purchase.lines, this.log.products);
    const key = `${this.scenario.seed}-purchase-${nr}`;
    const input: PurchaseRequest = { userId, items, paymentMethod: purchase.paymentMethod, key };
    const purchaseLog: Mutable<PurchaseLog> = { purchase, userId, keyHash: bodyHash(key), results: [] };
    this.log.purchases.push(purchaseLog);
    if (purchase.via === 'cart')
      for (const item of items)
        await this.#clients.cart.sendWithRetries(
          setItemRequest(userId, item),
          Math.max(defaultRetries, purchase.retries),
        );
    const [client, request] =
      purchase.via === 'cart'
        ? [this.#clients.cart, checkOutRequest(input, this.ports)]
        : [this.#clients.order, placeOrderRequest(input, this.ports)];
    const send = async (): Promise<OrderId | undefined> => {
      const { last, unknownCount } = await client.sendWithRetries(request, purchase.retries);
      purchaseLog.results.push(
        last,
        ...Array.from(
          { length: unknownCount - Number(last.status === 'unknown') },
          () => ({ status: 'unknown' }) as const,
        ),
      );
      return last.status === 'answered' ? last.answer.orderId : undefined;
    };
    const answers = await Promise.all(purchase.sentTwice ? [send(), send()] : [send()]);
    const orderId = answers.find((answer) => answer !== undefined);
    if (!orderId) return;
    await Promise.all([
      ...purchase.followUps.map((each, at) => this.#followUp(each, userId, orderId, `${key}-${at}`)),
      ...simulatedServices.map((name) => this.#requestAboutOrder(name, userId, orderId, key)),
    ]);
  }

  async #requestAboutOrder(name: SimulatedService, userId: UserId, orderId: OrderId, key: string): Promise<void> {
    const request = serviceParts[name].simulation?.aboutOrder?.(userId, orderId, key);
    if (!request) return;
    await this.ports.timers.wait(outcomeDelay);
    await this.#clients[name].sendWithRetries<unknown>(request, defaultRetries);
  }

  async #followUp(request: FollowUp, userId: UserId, orderId: OrderId, key: string): Promise<void> {
    await this.ports.timers.wait(request.afterMs);
    switch (request.kind) {
      case 'cancel':
        return void this.log.cancellations.push({
          orderId,
          result: await this.#clients.order.send(cancelRequest(userId, orderId)),
        });
      case 'change address':
        return void (await this.#clients.order.send(changeAddressRequest(userId, orderId)));
      case 'goodwill': {
        const { last } = await this.#clients.payment.sendWithRetries(
          goodwillRequest(userId, orderId, request.amount, key),
          defaultRetries,
        );
        return void this.log.goodwill.push({ orderId, result: last });
      }
      case 'webhook':
        return void (await this.#clients.payment.sendWithRetries(
          webhookRequest(orderId, `simulated:${key}`),
          defaultRetries,
        ));
    }
  }

  async #administer(action: AdminAction): Promise<void> {
    await this.ports.timers.wait(action.at);
    const productId = this.log.products[action.product]!;
    const acting = actingAs(this.#buyers[0]!);
    const result = await this.#clients.product.send<unknown>(({ commands }) =>
      action.kind === 'adjust stock'
        ? commands.run(adjustStock, { productId, delta: action.delta, reason: 'counted', acting })
        : commands.run(changeProduct, {
            productId,
            acting,
            change: action.kind === 'archive' ? { archived: action.archived } : { price: money(action.price, 'GBP') },
          }),
    );
    this.log.adminActions.push({ action, result });
  }
}
