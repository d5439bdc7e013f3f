import { topic, type KafkaClient, type Topic } from '@tradewind/messaging';
import type { OutgoingRecord } from '@tradewind/messaging/internals';
import { prices } from './prices.js';
import { recordOf } from './record.js';
import { stock } from './stock.js';
import type { Extent, Workload, WorkloadName } from './workload.js';

/** Records of one send: kafkajs takes disproportionately long for more. */
const sendSize = 1_000;

export const workloads: Readonly<Record<WorkloadName, Workload>> = { stock, prices };

/** Messages that are in Kafka before a consumer starts. */
export interface Backlog extends Extent {
  readonly workload: WorkloadName;
  readonly topic: Topic;
}

export const backlogTopic = (name: string, partitions: number): Topic =>
  topic(name, { owner: 'bench-elsewhere', partitions });

/** Creates the topic and publishes all messages, in order. */
export async function publishBacklog(kafka: KafkaClient, backlog: Backlog): Promise<void> {
  await kafka.provision([backlog.topic]);
  const publisher = await kafka.publisher();
  const { messageType: type, messages } = workloads[backlog.workload];
  const occurredAt = new Date();
  let records: OutgoingRecord[] = [];
  for (const fields of messages(backlog)) {
    const { product: key, number: sequence } = fields;
    records.push(recordOf({ topic: backlog.topic, key, type, fields, sequence, occurredAt }));
    if (records.length < sendSize) continue;
    await publisher.publish(records);
    records = [];
  }
  if (records.length > 0) await publisher.publish(records);
  await publisher.close();
}
