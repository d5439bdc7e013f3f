import type { InboxHorizon, InboxMark, InboxSample, PartitionOffset, Takeover } from '@tradewind/messaging/internals';
import type { DatabaseTransaction } from './database-transaction.js';
import { LockedRows } from './locked-rows.js';

interface StoredSample extends InboxSample {
  readonly consumer: string;
}
export type StoredHorizon = InboxHorizon & { readonly raisedAt: number };

const placeOf = (consumer: string, topic: string, partition: number): string =>
  JSON.stringify([consumer, topic, partition]);

/** Samples and horizons of the inbox, and horizons of the archive. */
export class RetentionRows {
  readonly #samples = new LockedRows<StoredSample>('msg_inbox_samples');
  readonly #horizons = new LockedRows<StoredHorizon>('msg_inbox_horizons');
  readonly #archive = new LockedRows<PartitionOffset>('msg_archive_horizons');

  async addSample(transaction: DatabaseTransaction, consumer: string, sample: InboxSample): Promise<void> {
    const row = { consumer, at: new Date(sample.at), ends: sample.ends.map((end) => ({ ...end })) };
    await transaction.insertIfNew(this.#samples, `${consumer} ${sample.at.getTime()}`, row);
  }

  samples(consumer: string): InboxSample[] {
    return [...this.#samples.all()]
      .map(([, row]) => row)
      .filter((row) => row.consumer === consumer)
      .sort((a, b) => a.at.getTime() - b.at.getTime())
      .map(({ at, ends }) => ({ at: new Date(at), ends: ends.map((end) => ({ ...end })) }));
  }

  async raise(
    transaction: DatabaseTransaction,
    consumer: string,
    { at, ends }: InboxSample,
    marksBefore: Date,
  ): Promise<boolean> {
    let raised = 0;
    for (const { topic, partition, offset } of ends) {
      await transaction.upsert(this.#horizons, placeOf(consumer, topic, partition), (before) => {
        if (before && (before.offset > offset || before.sampledAt >= at)) return before;
        raised++;
        const dates = { marksBefore: new Date(marksBefore), sampledAt: new Date(at), raisedAt: transaction.startedAt };
        return { consumer, topic, partition, offset, ...dates };
      });
    }
    const old = raised === 0 ? [] : this.samples(consumer).filter((sample) => sample.at <= at);
    for (const sample of old)
      await transaction.update(this.#samples, `${consumer} ${sample.at.getTime()}`, () => undefined);
    return raised > 0;
  }

  /** Horizons that say nothing about marks: none is pruned because of them. */
  async takeOver(transaction: DatabaseTransaction, handled: Takeover['handled']): Promise<void> {
    const { startedAt } = transaction;
    const dates = { marksBefore: new Date(0), sampledAt: new Date(startedAt), raisedAt: startedAt };
    for (const horizon of handled)
      await transaction.insertIfNew(this.#horizons, placeOf(horizon.consumer, horizon.topic, horizon.partition), {
        ...horizon,
        ...dates,
      });
  }

  horizons(): StoredHorizon[] {
    return [...this.#horizons.all()].map(([, row]) => ({ ...row }));
  }

  /** Undefined where the horizon of the partition says nothing about the message. */
  compare(consumer: string, { orderingKey, place }: InboxMark): 'duplicate' | 'doubtful' | undefined {
    const [topic = ''] = orderingKey.split('\n');
    const horizon = place && this.#horizons.read(placeOf(consumer, topic, place.partition));
    if (!horizon) return undefined;
    const [sampledAt, marksBefore] = [horizon.sampledAt.getTime(), horizon.marksBefore.getTime()];
    const tolerance = (sampledAt - marksBefore) / 2;
    const { createdAt } = place;
    if (place.offset < horizon.offset)
      return createdAt !== undefined && createdAt > sampledAt + tolerance ? 'doubtful' : 'duplicate';
    return createdAt !== undefined && createdAt < marksBefore + tolerance ? 'doubtful' : undefined;
  }

  archiveHorizons(): PartitionOffset[] {
    return [...this.#archive.all()].map(([, row]) => ({ ...row }));
  }

  async raiseArchive(transaction: DatabaseTransaction, { topic, partition, offset }: PartitionOffset): Promise<void> {
    await transaction.upsert(this.#archive, `${topic}:${partition}`, (before) => ({
      topic,
      partition,
      offset: before && before.offset > offset ? before.offset : offset,
    }));
  }
}
