import { Controller, Module } from '@nestjs/common';
import {
  Handles,
  kafkaClient,
  MessagingModule,
  publish,
  type Decision,
  type TransactionContext,
} from '@tradewind/messaging';
import { Message, topic } from '@tradewind/messaging/message';
import { IsString } from 'class-validator';
import type { DataSource } from 'typeorm';

declare const dataSource: DataSource;
declare const kafka: { brokers: string[]; clientId: string };

// The package of contracts
export const topics = {
  parcelCommands: topic('parcel.commands', { owner: 'shop', carries: 'commands' }),
  parcelEvents: topic('parcel.events', { owner: 'parcels' }),
  shopDeadLetters: topic('shop.dlq', { owner: 'shop', partitions: 1 }),
  parcelDeadLetters: topic('parcels.dlq', { owner: 'parcels', partitions: 1 }),
};

@Message({ type: 'parcel.pack', topic: topics.parcelCommands, key: 'orderId' })
export class PackParcel {
  @IsString() readonly orderId!: string;
}

@Message({ type: 'parcel.packed', topic: topics.parcelEvents, key: 'orderId' })
export class ParcelPacked {
  @IsString() readonly orderId!: string;
}

@Message({ type: 'parcel.handed-over', topic: topics.parcelEvents, key: 'orderId' })
export class ParcelHandedOver {
  @IsString() readonly orderId!: string;
}

export const parcelCommands = [PackParcel];
export const parcelEvents = [ParcelPacked, ParcelHandedOver];

// The service "parcels"
@Controller()
export class PackParcelHandler {
  @Handles(PackParcel, { load: {} })
  pack({ orderId }: PackParcel): Decision {
    return publish(ParcelPacked, { orderId });
  }
}

@Module({
  imports: [
    MessagingModule.forRoot({ service: 'parcels', kafka, dataSource, deadLetters: topics.parcelDeadLetters }),
    MessagingModule.forFeature({ messages: [...parcelCommands, ...parcelEvents] }),
  ],
  controllers: [PackParcelHandler],
})
export class ParcelsModule {}

// The service "shop"
@Controller()
export class ParcelPackedHandler {
  @Handles(ParcelPacked)
  async packed({ orderId }: ParcelPacked, { manager }: TransactionContext): Promise<void> {
    await manager.query(`update orders set status = 'packed' where order_id = $1`, [orderId]);
  }
}

@Module({
  imports: [
    MessagingModule.forRoot({ service: 'shop', kafka, dataSource, deadLetters: topics.shopDeadLetters }),
    MessagingModule.forFeature({
      messages: [...parcelCommands, ...parcelEvents],
      ignored: { shop: [ParcelHandedOver] },
    }),
  ],
  controllers: [ParcelPackedHandler],
})
export class ShopModule {}

// A step of the deployment, before the services start
export async function provision(): Promise<void> {
  const provisioner = kafkaClient({ ...kafka, clientId: 'provision' });
  await provisioner.provision(Object.values(topics));
  await provisioner.close();
}
