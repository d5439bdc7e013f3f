import type { Clock } from '@tradewind/kernel';
import type { KafkaClient } from '@tradewind/messaging';
import type { Databases, OfService } from '@tradewind/operations';

/** A database, or the broker, that could not be read. */
export interface Down {
  readonly service: string;
  readonly reason: string;
}

/** Rows of all services that could be read. */
export interface Reading<R> {
  readonly rows: readonly OfService<R>[];
  readonly down: readonly Down[];
}

/** What the console asks the brokers. */
export type LagReader = Pick<KafkaClient, 'endOffsets' | 'committedOffsets'>;

/** What an audit of the system found last. */
export interface LastAudit {
  readonly at: Date;
  readonly clean: boolean;
  /** In a sentence. */
  readonly text: string;
}

/** What is read besides the databases. */
export interface OtherSources {
  readonly kafka?: LagReader | undefined;
  readonly lastAudit?: (() => Promise<LastAudit | undefined>) | undefined;
}

/** How long viewers see the same reading: however many they are, each question is asked once in this time. */
const sharedMs = 1_000;

/** Reads for all viewers together. A database that does not answer is named, and the others are read. */
export class Readings {
  readonly #answers = new Map<string, { readonly from: number; readonly answer: Promise<unknown> }>();

  constructor(
    private readonly databases: Databases,
    private readonly clock: Clock,
    readonly others: OtherSources = {},
  ) {}

  /** Of every service. `name` identifies the question with its arguments. */
  of<R>(name: string, read: (database: Databases) => Promise<OfService<R>[]>): Promise<Reading<R>> {
    return this.once(name, () => this.#read(read));
  }

  /** The answer of the last second, or a new one. */
  once<T>(name: string, ask: () => Promise<T>): Promise<T> {
    const now = this.clock.now().getTime();
    for (const [key, { from }] of this.#answers) if (now - from >= sharedMs) this.#answers.delete(key);
    const known = this.#answers.get(name);
    if (known) return known.answer as Promise<T>;
    const answer = ask();
    this.#answers.set(name, { from: now, answer });
    return answer;
  }

  async lastAudit(): Promise<Pick<Reading<never>, 'down'> & { readonly audit: LastAudit | null }> {
    const { lastAudit } = this.others;
    try {
      return { audit: (lastAudit && (await this.once('last audit', lastAudit))) ?? null, down: [] };
    } catch (error) {
      return { audit: null, down: [{ service: 'the last audit', reason: reasonOf(error) }] };
    }
  }

  async #read<R>(read: (database: Databases) => Promise<OfService<R>[]>): Promise<Reading<R>> {
    const services = Object.entries(this.databases);
    const answers = await Promise.allSettled(services.map(([service, database]) => read({ [service]: database })));
    return {
      rows: answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : [])),
      down: answers.flatMap((answer, index) =>
        answer.status === 'fulfilled' ? [] : [{ service: services[index]![0], reason: reasonOf(answer.reason) }],
      ),
    };
  }
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What is missing in any of these readings, each database once. */
export const downIn = (...readings: readonly Pick<Reading<unknown>, 'down'>[]): Down[] => [
  ...new Map(readings.flatMap(({ down }) => down).map((each) => [each.service, each])).values(),
];
