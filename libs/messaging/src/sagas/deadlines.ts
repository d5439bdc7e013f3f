import { isOver, type Input, type OperatorAction } from '@tradewind/saga';
import { nothing, type Circumstances, type Decision, type Rows } from '../decide/index.js';
import type { KafkaClient } from '../kafka/kafka-client.js';
import { partitionOf } from '../kafka/murmur2.js';
import { Alarm } from '../outbox/alarm.js';
import type { Runner } from '../run/runner.js';
import type { Work } from '../run/work.js';
import type { Store } from '../store/store.js';
import { Aborted, newId, unlessAborted, type World } from '../system.js';
import { sagaLoads, steer, type SagaBinding } from './saga-binding.js';
import type { SagaRow } from './saga-tables.js';

/** Milliseconds between looks at the timers, timers a look, and how long a parked key puts its deadlines off. */
const interval = 250;
const most = 500;
const postponement = 2_000;

interface Due {
  readonly id: string;
  readonly sagaId: string;
  readonly name: string;
}

export interface DeadlineOptions {
  readonly group: string;
  /** The topics on which replies come. */
  readonly topics: readonly string[];
  readonly partitionsOf: (topic: string) => number;
  readonly sagas: readonly SagaBinding<object>[];
  readonly log: (level: 'warn' | 'error', message: string, detail?: object) => void;
}

/**
 * Acts on deadlines that are rows of the database. One that fell due counts only once this group has read to where the
 * reply topics ended when it was first seen due, so that a silent broker, or a consumer that lags, rejects nobody.
 */
export class Deadlines {
  readonly #alarm: Alarm;
  readonly #ends = new Map<string, ReadonlyMap<string, bigint>>();
  readonly #stopping = new AbortController();
  #run: Promise<void> | undefined;

  constructor(
    private readonly store: Store,
    private readonly kafka: KafkaClient,
    private readonly runner: Runner,
    private readonly world: World,
    private readonly options: DeadlineOptions,
  ) {
    this.#alarm = new Alarm(world.timers);
  }

  start(): void {
    this.#run ??= this.#work();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#alarm.ring();
    await this.#run;
  }

  async #work(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#act();
      } catch (error) {
        if (error instanceof Aborted) return;
        this.options.log('warn', 'deadlines wait', { error: String(error) });
      }
      await this.#alarm.wait(interval);
    }
  }

  async #act(): Promise<void> {
    const due = await this.store.dueTimers(most);
    for (const id of this.#ends.keys()) if (!due.some((timer) => timer.id === id)) this.#ends.delete(id);
    if (due.length === 0) return;
    const ready = [...due.filter(isOrder), ...(await this.#heardOut(due.filter((timer) => !isOrder(timer))))];
    const outcomes = await this.runner.run(ready.map((timer) => this.#workOf(timer)));
    for (const [work, outcome] of outcomes) {
      // crashpoint: deadlines.after-act
      if (outcome.kind === 'failed') {
        this.options.log('error', 'a deadline could not be acted on', {
          timer: work.timer,
          error: String(outcome.error),
        });
        await this.store.postponeTimers([work.timer!], postponement);
      }
    }
  }

  /** Those whose replies, had they come in time, would have been read by now. */
  async #heardOut(due: readonly Due[]): Promise<Due[]> {
    if (due.length === 0) return [];
    const { group, topics } = this.options;
    const ends = await this.#answered(this.kafka.endOffsets(topics));
    const seen = new Map(
      ends.map(({ topic, partition, end, start }) => [`${topic}:${partition}`, end > start ? end : 0n]),
    );
    for (const timer of due) if (!this.#ends.has(timer.id)) this.#ends.set(timer.id, seen);
    const read = new Map(
      (await this.#answered(this.kafka.committed(group, topics))).map(({ topic, partition, next }) => [
        `${topic}:${partition}`,
        next,
      ]),
    );
    const heard = due.filter((timer) => {
      const then = this.#ends.get(timer.id)!;
      return topics.every((topic) =>
        this.#placesOf(this.#keyOf(timer), topic, then).every(
          (place) => (read.get(place) ?? 0n) >= (then.get(place) ?? 0n),
        ),
      );
    });
    return this.#withoutParked(heard);
  }

  /** Whoever answers may have grown the topic meanwhile: the reply may lie wherever the key has ever belonged. */
  #placesOf(key: string, topic: string, ends: ReadonlyMap<string, bigint>): string[] {
    const places = new Set<string>();
    let partitions = this.options.partitionsOf(topic);
    do places.add(`${topic}:${partitionOf(key, partitions)}`);
    while (ends.has(`${topic}:${partitions++}`));
    return [...places];
  }

  /** A broker that does not answer keeps nobody from stopping. */
  #answered<T>(question: Promise<T>): Promise<T> {
    return unlessAborted(this.#stopping.signal, question);
  }

  /** A reply that is parked has come: its saga waits for the operator, not for the clock. */
  async #withoutParked(due: readonly Due[]): Promise<Due[]> {
    if (due.length === 0) return [];
    const parked = await this.store.parkedKeys(
      this.options.group,
      due.map((timer) => this.#keyOf(timer)),
    );
    const waiting = due.filter((timer) => parked.has(this.#keyOf(timer)));
    if (waiting.length > 0)
      await this.store.postponeTimers(
        waiting.map((timer) => timer.id),
        postponement,
      );
    return due.filter((timer) => !parked.has(this.#keyOf(timer)));
  }

  #keyOf({ sagaId }: Due): string {
    return sagaId.slice(sagaId.indexOf(':') + 1);
  }

  #workOf(timer: Due): Work {
    // crashpoint: deadlines.before-act
    const binding = this.options.sagas.find(({ definition }) => timer.sagaId.startsWith(`${definition.name}:`));
    return {
      cause: newId(this.world),
      lane: timer.sagaId,
      timer: timer.id,
      load: binding ? (sagaLoads(binding) as Work['load']) : {},
      input: timer.sagaId,
      correlation: this.#keyOf(timer),
      decide: (given) => {
        if (!binding) throw new TypeError(`no saga of this service is called as in ${timer.sagaId}`);
        return decideDeadline(binding, timer, given as Circumstances & { saga: Rows<SagaRow>; subject: Rows<object> });
      },
    };
  }
}

function decideDeadline(
  binding: SagaBinding<object>,
  timer: Due,
  given: Circumstances & { readonly saga: Rows<SagaRow>; readonly subject: Rows<object> },
): Decision {
  const [saga] = given.saga.all();
  const [subject] = given.subject.all();
  if (!saga || !subject || isOver(saga.state)) return nothing();
  return steer(binding, { saga, subject }, inputOf(timer), given);
}

/** An operator's word waits as a timer that is due at once: `operator {"action":"retry","reason":"…"}`. */
const orderPrefix = 'operator ';
const isOrder = (timer: Due): boolean => timer.name.startsWith(orderPrefix);

function inputOf({ name }: Due): Input {
  if (!name.startsWith(orderPrefix)) return { kind: 'deadline', name };
  const { action, reason } = JSON.parse(name.slice(orderPrefix.length)) as { action: OperatorAction; reason: string };
  return { kind: 'operator', action, reason };
}
