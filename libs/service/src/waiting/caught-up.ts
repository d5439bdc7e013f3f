import type { Clock, Timers } from '@tradewind/kernel';
import { within, type KafkaClient, type Topic } from '@tradewind/messaging';

const patience = 1_000;
const lasts = 500;

/** Whether a consumer group of this service has read a topic to its end. A broker that can't say so counts as no. */
export class CaughtUp {
  readonly #answers = new Map<string, { readonly at: number; readonly answer: Promise<boolean> }>();

  constructor(
    private readonly kafka: KafkaClient,
    private readonly group: string,
    private readonly timers: Timers,
    private readonly clock: Clock,
  ) {}

  /** An answer is kept for half a second, so that nobody can make us ask the broker once a request. */
  with({ name }: Topic): Promise<boolean> {
    const now = this.clock.now().getTime();
    const last = this.#answers.get(name);
    if (last && now - last.at < lasts) return last.answer;
    const answer = this.#ask(name);
    this.#answers.set(name, { at: now, answer });
    return answer;
  }

  async #ask(topic: string): Promise<boolean> {
    try {
      return await within(this.timers, patience, this.#compare(topic), false);
    } catch {
      return false; // the consumer reports the broker's absence; here it only means: not known
    }
  }

  async #compare(topic: string): Promise<boolean> {
    const [ends, positions] = await Promise.all([
      this.kafka.endOffsets([topic]),
      this.kafka.committed(this.group, [topic]),
    ]);
    const next = new Map(positions.map((position) => [position.partition, position.next]));
    return ends.every(({ partition, start, end }) => end === start || (next.get(partition) ?? -1n) >= end);
  }
}
