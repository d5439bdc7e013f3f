import { isOver, type Input, type OperatorAction } from '@tradewind/saga';
import { newId } from '@tradewind/kernel';
import { nothing, rows, type Decision, type DecisionContext, type Rows } from '../handling/index.js';
import type { Invocation } from '../handling/invocation.js';
import type { Runner } from '../handling/runner.js';
import { partitionOf } from '../message/partition-of.js';
import {
  Aborted,
  partitionKey,
  unlessAborted,
  WakeSignal,
  type DueTimeout,
  type KafkaClient,
  type Log,
  type RuntimePorts,
  type Store,
} from '../ports/index.js';
import { logFields } from '../tracing/index.js';
import { advanceSaga, subjectsOf, type AnySaga } from './saga-decisions.js';
import { SagaInstances, type SagaRow } from './saga-instances.js';

const pollIntervalMs = 250;
const maxTimeouts = 500;
/** Looks in a row. With more timeouts that wait, the next poll continues behind them. */
const maxLooks = 10;
/** A timeout whose key is blocked, or whose decision failed, is postponed by this time. */
const postponeMs = 2_000;

export interface TimeoutWorkerOptions {
  readonly group: string;
  /** The topics with the replies. */
  readonly topics: readonly string[];
  readonly partitionCountOf: (topic: string) => number;
  readonly sagas: readonly AnySaga[];
  readonly log: Log;
}

/**
 * Handles timeouts, which are rows of the database. A due timeout counts only after the group has read the reply topics up to
 * the ends that they had when the timeout was first seen due. So neither a silent broker nor a lagging consumer fails a saga.
 */
export class TimeoutWorker {
  readonly #wakeSignal: WakeSignal;
  #endsWhenDue = new Map<string, ReadonlyMap<string, bigint>>();
  /** Those seen since the last look began at the oldest timeout. */
  #seen = new Map<string, ReadonlyMap<string, bigint>>();
  /** Due timeouts that wait for replies, and stay before all others. */
  #waiting = 0;
  readonly #stopping = new AbortController();
  #run: Promise<void> | undefined;

  constructor(
    private readonly store: Store,
    private readonly kafka: KafkaClient,
    private readonly runner: Runner,
    private readonly ports: RuntimePorts,
    private readonly options: TimeoutWorkerOptions,
  ) {
    this.#wakeSignal = new WakeSignal(ports.timers);
  }

  start(): void {
    this.#run ??= this.#loop();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wakeSignal.notify();
    await this.#run;
  }

  async #loop(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#handleDue();
      } catch (error) {
        if (error instanceof Aborted) return;
        this.options.log('warn', 'timeouts wait', { error: String(error) });
      }
      await this.#wakeSignal.wait(pollIntervalMs);
    }
  }

  /** Looks behind the timeouts that wait: however many a stuck partition has, those of others are handled. */
  async #handleDue(): Promise<void> {
    for (let look = 0; look < maxLooks && !this.#stopping.signal.aborted; look++) {
      const due = await this.store.dueTimeouts(maxTimeouts, this.#waiting);
      this.#waiting += await this.#handle(due);
      if (due.length === maxTimeouts) continue;
      this.#waiting = 0;
      this.#endsWhenDue = this.#seen;
      this.#seen = new Map();
      return;
    }
  }

  /** Returns how many of them still wait for replies. */
  async #handle(due: readonly DueTimeout[]): Promise<number> {
    if (due.length === 0) return 0;
    const timeouts = due.filter((timeout) => !isOperatorAction(timeout));
    const readUp = await this.#withAllRepliesRead(timeouts);
    const ready = [...due.filter(isOperatorAction), ...(await this.#withoutBlocked(readUp))];
    const outcomes = await this.runner.run(ready.map((timeout) => this.#invocationOf(timeout)));
    for (const [{ timeout, correlation, trace }, outcome] of outcomes) {
      // crashpoint: timeouts.after-handle
      if (outcome.kind !== 'failed' || timeout === undefined) continue;
      this.options.log('error', 'a timeout could not be handled', {
        timeout,
        error: String(outcome.error),
        ...logFields({ correlation, trace }),
      });
      await this.store.postponeTimeouts([timeout], postponeMs);
    }
    return timeouts.length - readUp.length;
  }

  /** The timeouts whose replies, had they been published in time, would have been read by now. */
  async #withAllRepliesRead(due: readonly DueTimeout[]): Promise<DueTimeout[]> {
    if (due.length === 0) return [];
    const { group, topics } = this.options;
    const ends = new Map(
      (await this.#untilStopped(this.kafka.endOffsets(topics))).map((each) => [
        partitionKey(each),
        each.end > each.start ? each.end : 0n,
      ]),
    );
    for (const { id } of due) this.#seen.set(id, this.#seen.get(id) ?? this.#endsWhenDue.get(id) ?? ends);
    const read = new Map(
      (await this.#untilStopped(this.kafka.committedOffsets(group, topics))).map((each) => [
        partitionKey(each),
        each.offset,
      ]),
    );
    return due.filter((timeout) => {
      const then = this.#seen.get(timeout.id) ?? ends;
      return topics.every((topic) =>
        this.#partitionsOfKey(keyOf(timeout), topic, then).every(
          (partition) => (read.get(partition) ?? 0n) >= (then.get(partition) ?? 0n),
        ),
      );
    });
  }

  /** Every partition that the key ever belonged to: the participant may have increased the partitions of the reply topic. */
  #partitionsOfKey(key: string, topic: string, ends: ReadonlyMap<string, bigint>): string[] {
    const found = new Set<string>();
    let partitions = this.options.partitionCountOf(topic);
    do found.add(partitionKey({ topic, partition: partitionOf(key, partitions) }));
    while (ends.has(partitionKey({ topic, partition: partitions++ })));
    return [...found];
  }

  #untilStopped<T>(request: Promise<T>): Promise<T> {
    return unlessAborted(this.#stopping.signal, request);
  }

  /** A reply in the dead letters has arrived: its saga waits for the operator, not for the timeout. */
  async #withoutBlocked(due: readonly DueTimeout[]): Promise<DueTimeout[]> {
    if (due.length === 0) return [];
    const blockedKeys = await this.store.blockedKeys(this.options.group, due.map(keyOf));
    const blocked = due.filter((timeout) => blockedKeys.has(keyOf(timeout)));
    if (blocked.length > 0)
      await this.store.postponeTimeouts(
        blocked.map((timeout) => timeout.id),
        postponeMs,
      );
    return due.filter((timeout) => !blockedKeys.has(keyOf(timeout)));
  }

  #invocationOf(timeout: DueTimeout): Invocation {
    // crashpoint: timeouts.before-handle
    const saga = this.options.sagas.find(({ name }) => timeout.sagaId.startsWith(`${name}:`));
    return {
      cause: newId(this.ports),
      orderingKey: timeout.sagaId,
      timeout: timeout.id,
      load: saga ? loadsOf(saga) : {},
      input: timeout.sagaId,
      correlation: keyOf(timeout),
      name: saga?.name ?? timeout.sagaId,
      trace: timeout.trace,
      startsTrace: true,
      decide: (context) => {
        if (!saga) throw new TypeError(`this service has no saga of the name in ${timeout.sagaId}`);
        return decideTimeout(saga, timeout, context as TimeoutContext);
      },
    };
  }
}

type TimeoutContext = DecisionContext & { readonly instance: Rows<SagaRow>; readonly subject: Rows<object> };

const keyOf = ({ sagaId }: DueTimeout): string => sagaId.slice(sagaId.indexOf(':') + 1);

const loadsOf = (saga: AnySaga): Invocation['load'] => ({
  subject: rows(subjectsOf<object>(saga), (id) => [(id as string).slice(saga.name.length + 1)]),
  instance: rows(SagaInstances, (id) => [id as string]),
});

function decideTimeout(saga: AnySaga, timeout: DueTimeout, context: TimeoutContext): Decision {
  const [instance] = context.instance.all();
  const [subject] = context.subject.all();
  if (!instance || !subject || isOver(instance.state)) return nothing();
  return advanceSaga(saga, { instance, subject }, inputOf(timeout), context).decision;
}

/** An operator action is a timeout that is due at once: `operator {"action":"retry","reason":"…"}`. */
const operatorPrefix = 'operator ';
const isOperatorAction = (timeout: DueTimeout): boolean => timeout.name.startsWith(operatorPrefix);

function inputOf({ name }: DueTimeout): Input {
  if (!name.startsWith(operatorPrefix)) return { kind: 'timeout', name };
  const { action, reason } = JSON.parse(name.slice(operatorPrefix.length)) as {
    action: OperatorAction;
    reason: string;
  };
  return { kind: 'operator', action, reason };
}
