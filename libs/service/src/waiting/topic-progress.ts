import type { Clock, Timers } from '@tradewind/kernel';
import type { KafkaClient, Topic } from '@tradewind/messaging';
import { withTimeout } from '@tradewind/messaging/internals';

const timeoutMs = 1_000;
const cacheMs = 500;

/** Whether a consumer group of this service has read a topic to its end. False if the broker does not answer. */
export class TopicProgress {
  readonly #answers = new Map<string, { readonly at: number; readonly answer: Promise<boolean> }>();

  constructor(
    private readonly kafka: KafkaClient,
    private readonly group: string,
    private readonly timers: Timers,
    private readonly clock: Clock,
  ) {}

  /** Caches the answer for half a second, so that requests can't cause a broker call each. */
  isCaughtUp({ name }: Topic): Promise<boolean> {
    const now = this.clock.now().getTime();
    const last = this.#answers.get(name);
    if (last && now - last.at < cacheMs) return last.answer;
    const answer = this.#ask(name);
    this.#answers.set(name, { at: now, answer });
    return answer;
  }

  async #ask(topic: string): Promise<boolean> {
    try {
      return await withTimeout(this.timers, timeoutMs, this.#compare(topic), false);
    } catch {
      return false; // the consumer reports the broker failure
    }
  }

  async #compare(topic: string): Promise<boolean> {
    const [ends, positions] = await Promise.all([
      this.kafka.endOffsets([topic]),
      this.kafka.committedOffsets(this.group, [topic]),
    ]);
    const next = new Map(positions.map((position) => [position.partition, position.offset]));
    return ends.every(({ partition, start, end }) => end === start || (next.get(partition) ?? -1n) >= end);
  }
}
