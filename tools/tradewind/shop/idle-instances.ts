import type { KafkaClient } from '@tradewind/messaging';
import { consumedTypes, serviceOf } from '../../audit/invariants/consumed-types.js';

/**
 * Remarks about services with more instances than partitions: a group assigns each partition to one member, so further instances only
 * answer HTTP. Counts the partitions on the brokers, of the service's group with the most partitions.
 */
export async function idleInstances(
  kafka: Pick<KafkaClient, 'endOffsets'>,
  scale: Readonly<Record<string, number>>,
): Promise<string[]> {
  const remarks: string[] = [];
  for (const [service, instances] of Object.entries(scale)) {
    const consumers = Object.entries(consumedTypes).filter(([consumer]) => serviceOf(consumer) === service);
    const groups = await Promise.all(
      consumers.map(async ([group, topics]) => ({
        group,
        partitions: (await kafka.endOffsets(Object.keys(topics))).length,
      })),
    );
    const largest = groups.toSorted((one, other) => other.partitions - one.partitions)[0];
    if (!largest) {
      if (instances > 1) remarks.push(`${service} consumes only keys: further instances only answer HTTP.`);
    } else if (instances > largest.partitions) {
      remarks.push(
        `${service}: the group ${largest.group} has ${largest.partitions} partitions, so ${instances - largest.partitions} of ${instances} instances consume nothing, and only answer HTTP.`,
      );
    }
  }
  return remarks;
}
