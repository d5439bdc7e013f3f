import type { DataSource } from 'typeorm';
import type { KafkaClient } from '../kafka/kafka-client.js';
import type { MessagingOptions } from '../messaging.options.js';
import type { World } from '../system.js';

/** How far a recovery is, told about once a second and at each end. */
export interface RecoveryProgress {
  /** What is being done, in a few words. */
  readonly step: string;
  readonly done: number;
  /** Undefined where nobody knows beforehand. */
  readonly of: number | undefined;
  readonly perSecond: number;
  readonly secondsLeft: number | undefined;
}

/** What a recovery works on: one service, stopped. Its connections need a time limit for no statement. */
export interface RecoveryContext {
  readonly options: Pick<MessagingOptions, 'service' | 'contracts' | 'deadLetters' | 'sagas'>;
  readonly dataSource: DataSource;
  readonly kafka: KafkaClient;
  readonly world: World;
  /** Why; kept in `msg_operator_actions`. */
  readonly reason: string;
  readonly onProgress?: (progress: RecoveryProgress) => void;
}

/** The service still runs, or something else stands against a recovery. The message says what to do. */
export class RecoveryRefused extends Error {
  override readonly name = 'RecoveryRefused';
}

/** Whoever looks only, be it a person, does not disturb. */
const others = `
select distinct coalesce(nullif(application_name, ''), 'somebody without a name') as name from pg_stat_activity
where datname = current_database() and backend_type = 'client backend' and application_name <> current_setting('application_name')
and application_name <> 'psql' and application_name not like 'tradewind-%' order by 1`;

const note = `insert into msg_operator_actions (action, subject, reason, detail) values ($1, $2, $3, $4)`;

/** Throws RecoveryRefused, naming them, while others are connected to the service's database. */
export async function refuseCompany({
  dataSource,
  options,
}: Pick<RecoveryContext, 'dataSource' | 'options'>): Promise<void> {
  const company = await dataSource.query<{ name: string }[]>(others);
  if (company.length === 0) return;
  throw new RecoveryRefused(
    `${company.map(({ name }) => name).join(', ')} ${company.length === 1 ? 'is' : 'are'} connected to the database of ${options.service}: stop every instance of the service first`,
  );
}

export async function recordDeed(
  { dataSource, options, reason }: RecoveryContext,
  action: string,
  detail: object,
): Promise<void> {
  await dataSource.query(note, [action, options.service, reason, JSON.stringify(detail)]);
}

/** Counts, and tells about once a second. */
export class Counter {
  #done = 0;
  #toldAt: number;
  readonly #since: number;

  constructor(
    private readonly context: Pick<RecoveryContext, 'world' | 'onProgress'>,
    private readonly step: string,
    private readonly of?: number,
  ) {
    this.#since = this.#toldAt = this.#now;
  }

  get done(): number {
    return this.#done;
  }

  get seconds(): number {
    return (this.#now - this.#since) / 1_000;
  }

  get perSecond(): number {
    return Math.round(this.#done / Math.max(this.seconds, 0.001));
  }

  add(count: number): void {
    this.#done += count;
    if (this.#now - this.#toldAt >= 1_000) this.tell();
  }

  tell(): void {
    this.#toldAt = this.#now;
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
    return this.context.world.clock.now().getTime();
  }
}
