import type { KafkaClient } from '@tradewind/messaging';
import { serviceOf, whoHearsWhat } from '../audit/who-hears-what.js';

/**
 * What is to be said about services of which more instances run than there are partitions to share: a group gives each partition to
 * one member, so that those beyond only answer HTTP. Counted on the brokers, by the group of the service that reads most.
 */
export async function idleOnes(
  kafka: Pick<KafkaClient, 'endOffsets'>,
  scale: Readonly<Record<string, number>>,
): Promise<string[]> {
  const remarks: string[] = [];
  for (const [service, count] of Object.entries(scale)) {
    const groups = Object.entries(whoHearsWhat).filter(([consumer]) => serviceOf(consumer) === service);
    const shares = await Promise.all(
      groups.map(async ([group, topics]) => ({
        group,
        partitions: (await kafka.endOffsets(Object.keys(topics))).length,
      })),
    );
    const most = shares.toSorted((one, other) => other.partitions - one.partitions)[0];
    if (!most) {
      if (count > 1)
        remarks.push(`${service} consumes nothing but keys: further instances answer HTTP, and do nothing else.`);
    } else if (count > most.partitions) {
      remarks.push(
        `${service}: the group ${most.group} has ${most.partitions} partitions to share, so ${count - most.partitions} of ${count} instances will stand idle as consumers, and only answer HTTP.`,
      );
    }
  }
  return remarks;
}
