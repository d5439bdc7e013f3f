import { OperationRejected } from '@tradewind/kernel';
import type { KafkaClient } from '@tradewind/messaging';
import type { MessagingOptions, RuntimePorts } from '@tradewind/messaging/internals';
import type { DataSource } from 'typeorm';
import { recordAction } from '../operator-actions.js';
import { selectOtherConnections } from './recovery-sql.js';

/** Reported about once a second and at the end of each step. */
export interface RecoveryProgress {
  readonly step: string;
  readonly done: number;
  /** Undefined if the total is not known. */
  readonly of: number | undefined;
  readonly perSecond: number;
  readonly secondsLeft: number | undefined;
}

/** A stopped service. The statements of its connections must have no timeout. */
export interface RecoveryContext {
  readonly options: Pick<MessagingOptions, 'service' | 'contracts' | 'deadLetters' | 'sagas'>;
  readonly dataSource: DataSource;
  readonly kafka: KafkaClient;
  readonly ports: RuntimePorts;
  /** Recorded in `msg_operator_actions`. */
  readonly reason: string;
  readonly onProgress?: (progress: RecoveryProgress) => void;
}

/** The service still runs, or its data can't be recovered. */
export class RecoveryRejected extends OperationRejected {
  override readonly name = 'RecoveryRejected';
}

/** Throws RecoveryRejected, naming the connections, while the service is connected to its database. */
export async function rejectRunningService({
  dataSource,
  options,
}: Pick<RecoveryContext, 'dataSource' | 'options'>): Promise<void> {
  const connections = await dataSource.query<{ name: string }[]>(selectOtherConnections);
  if (connections.length === 0) return;
  throw new RecoveryRejected(
    `${connections.map(({ name }) => name).join(', ')} ${connections.length === 1 ? 'is' : 'are'} connected to the database of ${options.service}: stop every instance of the service first`,
  );
}

export const recordRecovery = (
  { dataSource, options, reason }: RecoveryContext,
  action: string,
  detail: object,
): Promise<void> => recordAction(dataSource, { action, subject: options.service, reason, detail });

/** Counts what a step has done, and reports it about once a second. */
export class StepProgress {
  #done = 0;
  #reportedAt: number;
  readonly #startedAt: number;

  constructor(
    private readonly context: Pick<RecoveryContext, 'ports' | 'onProgress'>,
    private readonly step: string,
    private readonly of?: number,
  ) {
    this.#startedAt = this.#reportedAt = this.#now;
  }

  get seconds(): number {
    return (this.#now - this.#startedAt) / 1_000;
  }

  get perSecond(): number {
    return Math.round(this.#done / Math.max(this.seconds, 0.001));
  }

  add(count: number): void {
    this.#done += count;
    if (this.#now - this.#reportedAt >= 1_000) this.report();
  }

  report(): void {
    this.#reportedAt = this.#now;
    const secondsLeft =
      this.of === undefined || this.#done === 0
        ? undefined
        : Math.round(((this.of - this.#done) * this.seconds) / this.#done);
    this.context.onProgress?.({
      step: this.step,
      done: this.#done,
      of: this.of,
      perSecond: this.perSecond,
      secondsLeft,
    });
  }

  get #now(): number {
    return this.context.ports.clock.now().getTime();
  }
}
