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
} from '@tradewind/contracts';
import { money, paymentId } from '@tradewind/kernel';
import {
  Commands,
  command,
  Handles,
  KafkaTransport,
  MessagingModule,
  messagingMigrations,
  nothing,
  say,
  type Circumstances,
  type Decision,
} from '@tradewind/messaging';
import type { Said } from '@tradewind/saga';
import { DataSource } from 'typeorm';

/** From so many pieces on there is never enough. */
export const tooMany = 90_000;

const at = ({ now }: Circumstances): string => now.toISOString();

/** Everybody whom an order's sagas ask, reduced to their answers. A method `sim_silent` is never answered. */
@Controller()
class Participants {
  @Handles(ReserveStock)
  reserve({ orderId, lines }: ReserveStock, given: Circumstances): Decision {
    const short = lines.filter(({ quantity }) => quantity >= tooMany);
    if (short.length === 0) return say(StockReserved, { orderId, lines, reservedAt: at(given) });
    return say(StockRefused, {
      orderId,
      reason: 'out-of-stock',
      shortages: short.map((line) => ({ ...line, available: 3 })),
      refusedAt: at(given),
    });
  }

  @Handles(ReleaseStock)
  release({ orderId }: ReleaseStock, given: Circumstances): Decision {
    return say(StockReleased, { orderId, lines: [], releasedAt: at(given) });
  }

  @Handles(SellStock)
  sell({ orderId }: SellStock, given: Circumstances): Decision {
    return say(StockSold, { orderId, lines: [{ productId: orderId as never, quantity: 1 }], soldAt: at(given) });
  }

  @Handles(TakeBackStock)
  takeBack({ orderId }: TakeBackStock, given: Circumstances): Decision {
    return say(StockTakenBack, { orderId, lines: [], takenBackAt: at(given) });
  }

  @Handles(TakePayment)
  take({ orderId, amount, method }: TakePayment, given: Circumstances): Decision {
    if (method === 'sim_silent') return nothing();
    const payment = { orderId, paymentId: paymentId(given.id()) };
    if (method === 'sim_declined')
      return say(PaymentDeclined, { ...payment, reason: 'declined', declinedAt: at(given) });
    return say(PaymentTaken, { ...payment, amount, reference: 'r', takenAt: at(given) });
  }

  @Handles(RefundPayment)
  refund({ orderId }: RefundPayment, given: Circumstances): Decision {
    return say(PaymentRefunded, {
      orderId,
      paymentId: paymentId(given.id()),
      amount: money(0, 'GBP'),
      refundedAt: at(given),
    });
  }
}

const sayIt = command('say', {}, ({ cls, fields }: Said) => say(cls, fields));

export interface RunningParticipants {
  /** Says anything, as whichever service would. */
  say<M extends object>(cls: new () => M, fields: M): Promise<void>;
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
  const messaging = MessagingModule.forRoot(
    { service: 'participants', contracts, lockOrder: [] },
    { brokers: brokers.split(','), clientId: 'participants', dataSource, log: () => undefined },
  );
  @Module({ imports: [messaging], controllers: [Participants] })
  class ParticipantsModule {}
  const app = await NestFactory.create(ParticipantsModule, { logger: false });
  app.connectMicroservice({ strategy: app.get(KafkaTransport) }, { inheritAppConfig: true });
  await app.init();
  await app.startAllMicroservices();
  return {
    say: async (cls, fields) => void (await app.get<Commands>(Commands).run(sayIt, { cls, fields })),
    stop: async () => {
      await app.close();
      await dataSource.destroy();
    },
  };
}
