import { consumerGroups, consumerLag, publishedSince, type OfService, type TopicLag } from '@tradewind/operations';
import { downIn, reasonOf, type Down, type Readings } from '../../readings/readings.js';

export interface Lag extends Omit<OfService<TopicLag>, 'next'> {
  /** Since when the oldest record waits; null without lag, or where it is not known. */
  readonly since: Date | null;
}

export interface LagReading {
  readonly lags: readonly Lag[];
  readonly down: readonly Down[];
}

/** How far each consumer is behind, in records and since when. */
export async function readLag(readings: Readings): Promise<LagReading> {
  const groups = await readings.of('consumer groups', consumerGroups);
  const { kafka } = readings.others;
  if (!kafka)
    return { lags: [], down: [...groups.down, { service: 'Kafka', reason: 'the console has no client for it' }] };
  try {
    const lags = await readings.once('lag', () => consumerLag(kafka, groups.rows));
    const behind = lags.filter(({ records }) => records > 0);
    const since = await readings.of('published since', async (database) =>
      [...(await publishedSince(database, behind))].map(([topic, at]) => ({
        service: Object.keys(database)[0]!,
        topic,
        at,
      })),
    );
    const oldest = new Map(since.rows.map(({ topic, at }) => [topic, at]));
    return {
      lags: lags.map(({ next, ...lag }) => ({ ...lag, since: next === null ? null : (oldest.get(lag.topic) ?? null) })),
      down: downIn(groups, since),
    };
  } catch (error) {
    return { lags: [], down: [...groups.down, { service: 'Kafka', reason: reasonOf(error) }] };
  }
}
