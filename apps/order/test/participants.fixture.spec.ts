import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  contracts,
  PaymentDeclined,
  PaymentRefunded,
  PaymentTaken,
  RefundPayment,
  ReleaseStock,
  ReserveStock,
  SellStock,
  StockRefused,
  StockReleased,
  StockReserved,
  StockSold,
  StockTakenBack,
  TakeBackStock,
  TakePayment,
  paymentId,
  type OrderId,
} from '@tradewind/contracts';
import { money, Poison } from '@tradewind/kernel';
import {
  Commands,
  command,
  Handles,
  KafkaTransport,
  MessagingModule,
  messagingMigrations,
  nothing,
  publish,
  type DecisionContext,
  type Decision,
} from '@tradewind/messaging';
import type { OutgoingMessage } from '@tradewind/saga';
import { DataSource } from 'typeorm';

/** A line with at least this quantity is out of stock. */
export const tooMany = 90_000;

const at = ({ now }: DecisionContext): string => now.toISOString();

/** The participants of an order's sagas, reduced to their replies. They never reply to the method `sim_silent`. */
@Controller()
class Participants {
  /** The lines of each order, which the replies about its stock repeat. */
  readonly #lines = new Map<OrderId, ReserveStock['lines']>();

  @Handles(ReserveStock, { load: {} })
  reserve({ orderId, lines }: ReserveStock, context: DecisionContext): Decision {
    this.#lines.set(orderId, lines);
    const short = lines.filter(({ quantity }) => quantity >= tooMany);
    if (short.length === 0) return publish(StockReserved, { orderId, lines, reservedAt: at(context) });
    return publish(StockRefused, {
      orderId,
      reason: 'out-of-stock',
      shortages: short.map((line) => ({ ...line, available: 3 })),
      refusedAt: at(context),
    });
  }

  @Handles(ReleaseStock, { load: {} })
  release({ orderId }: ReleaseStock, context: DecisionContext): Decision {
    return publish(StockReleased, { orderId, lines: [], releasedAt: at(context) });
  }

  @Handles(SellStock, { load: {} })
  sell({ orderId }: SellStock, context: DecisionContext): Decision {
    return publish(StockSold, { orderId, lines: this.#linesOf(orderId), soldAt: at(context) });
  }

  @Handles(TakeBackStock, { load: {} })
  takeBack({ orderId }: TakeBackStock, context: DecisionContext): Decision {
    return publish(StockTakenBack, { orderId, lines: this.#linesOf(orderId), takenBackAt: at(context) });
  }

  #linesOf(orderId: OrderId): ReserveStock['lines'] {
    const lines = this.#lines.get(orderId);
    if (!lines) throw new Poison(`nothing was reserved for the order ${orderId}`);
    return lines;
  }

  @Handles(TakePayment, { load: {} })
  take({ orderId, amount, method }: TakePayment, context: DecisionContext): Decision {
    if (method === 'sim_silent') return nothing();
    const payment = { orderId, paymentId: paymentId(context.newId()) };
    if (method === 'sim_declined')
      return publish(PaymentDeclined, { ...payment, reason: 'card-declined', declinedAt: at(context) });
    return publish(PaymentTaken, { ...payment, amount, reference: 'r', takenAt: at(context) });
  }

  @Handles(RefundPayment, { load: {} })
  refund({ orderId }: RefundPayment, context: DecisionContext): Decision {
    return publish(PaymentRefunded, {
      orderId,
      paymentId: paymentId(context.newId()),
      amount: money(0, 'GBP'),
      refundedAt: at(context),
    });
  }
}

const publishMessage = command('publish', {}, ({ cls, fields }: OutgoingMessage) => publish(cls, fields));

export interface RunningParticipants {
  /** Publishes any message, as its owner would. */
  publish<M extends object>(cls: new () => M, fields: NoInfer<M>): Promise<void>;
  stop(): Promise<void>;
}

export async function startParticipants(brokers: string, databaseUrl: string): Promise<RunningParticipants> {
  const dataSource = await new DataSource({
    type: 'postgres',
    url: databaseUrl,
    migrations: messagingMigrations,
    extra: { max: 4 },
  }).initialize();
  await dataSource.runMigrations();
  const messaging = [
    MessagingModule.forRoot({
      service: 'participants',
      kafka: { brokers: brokers.split(','), clientId: 'participants' },
      dataSource,
      log: () => undefined,
    }),
    MessagingModule.forFeature({ messages: contracts.classes }),
  ];
  @Module({ imports: messaging, controllers: [Participants] })
  class ParticipantsModule {}
  const app = await NestFactory.create(ParticipantsModule, { logger: false });
  app.connectMicroservice({ strategy: app.get(KafkaTransport) }, { inheritAppConfig: true });
  await app.init();
  await app.startAllMicroservices();
  return {
    publish: async (cls, fields) => void (await app.get<Commands>(Commands).run(publishMessage, { cls, fields })),
    stop: async () => {
      await app.close();
      await dataSource.destroy();
    },
  };
}
