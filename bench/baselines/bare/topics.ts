import { topics as shop } from '@tradewind/contracts';
import type { Topic } from '@tradewind/messaging';

const own = ({ name, ...rest }: Topic): Topic => ({ ...rest, name: `bare.${name}` });

/** The shop's topics, with as many partitions, under names of their own. */
export const topics = {
  stockCommands: own(shop.stockCommands),
  stockEvents: own(shop.stockEvents),
  paymentCommands: own(shop.paymentCommands),
  paymentEvents: own(shop.paymentEvents),
  orderEvents: own(shop.orderEvents),
} as const;

export const allTopics: readonly Topic[] = Object.values(topics);

const partitions = new Map(allTopics.map((topic) => [topic.name, topic.partitions]));

export const partitionsOf = (topic: string): number => partitions.get(topic)!;
