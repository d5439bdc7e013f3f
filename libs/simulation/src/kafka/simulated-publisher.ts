import {
  RecordsRejected,
  type Acknowledged,
  type OutgoingRecord,
  type Publisher,
} from '@tradewind/messaging/internals';
import type { BrokerConnection } from './broker-connection.js';
import { BrokerError } from './broker-error.js';

/** A producer. It is unusable after a rejection; what it sent may still arrive. */
export class SimulatedPublisher implements Publisher {
  #unusable = false;

  constructor(private readonly connection: BrokerConnection) {}

  async publish(records: readonly OutgoingRecord[]): Promise<readonly Acknowledged[]> {
    if (this.#unusable)
      throw new BrokerError('PUBLISHER_CLOSED', 'this publisher is closed, or a call of it has failed');
    const { kafka } = this.connection;
    const copies = records.map((record) => ({
      ...record,
      value: record.value === null ? null : Buffer.from(record.value),
      headers: { ...record.headers },
    }));
    try {
      return await this.connection.call(
        'publish',
        () => kafka.appendBatches(copies),
        () => kafka.appendSomeBatches(copies),
      );
    } catch (error) {
      this.#unusable = true;
      if (error instanceof BrokerError && error.type === 'MESSAGE_TOO_LARGE')
        throw new RecordsRejected(error.type, { cause: error });
      throw error;
    }
  }

  close(): Promise<void> {
    this.#unusable = true;
    return Promise.resolve();
  }
}
