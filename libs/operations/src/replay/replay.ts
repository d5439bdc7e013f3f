import { newId, Transient } from '@tradewind/kernel';
import type { KafkaClient } from '@tradewind/messaging';
import {
  backOff,
  type IncomingRecord,
  type Log,
  type MessagingOptions,
  type MessagingRuntime,
  type OffsetRange,
  type RuntimePorts,
  type Store,
  DeadLetterWriter,
  decode,
  poisonedInvocation,
  textOf,
  type Decoded,
  type DecodedMessage,
  type PoisonedRecord,
  type Handlers,
  type Invocation,
  type Outcome,
  outcomeOf,
} from '@tradewind/messaging/internals';
import { ReplayProgress, type Progress, type ReplayReport } from './replay-progress.js';
import { partitionName, rangesOf, rejectPruned, type ReplayRanges } from './replay-ranges.js';
import { ReplayRejected } from './replay-rejected.js';
import { checkRequest, writeRequest, type ReplayRequest } from './replay-request.js';
import type { ReplayRecord, ReplayState, ReplayStore } from './replay-store.js';
import { Throttle } from './throttle.js';

/** What is not skipped. */
type Handleable = DecodedMessage | PoisonedRecord;

/** Messages in one transaction: few, because the running services wait for the rows that it locks. */
const batchSize = 200;
const maxAttempts = 4;

/** What a replay works with. */
export interface ReplayEnvironment {
  readonly store: Store;
  readonly replays: ReplayStore;
  readonly kafka: KafkaClient;
  readonly ports: RuntimePorts;
  readonly log: Log;
}

/** How a replay runs. */
export interface ReplayOptions {
  /** Only counts. */
  readonly dryRun?: boolean;
  /** Recorded in `msg_operator_actions`. Not needed for a dry run. */
  readonly reason?: string;
  /** A stopped replay to resume; the request must be the same. */
  readonly resume?: ReplayRecord;
  /** Called about once a second. */
  readonly onProgress?: (progress: Progress) => void;
  /** Aborted: finishes the current batch, saves its offsets and resolves. */
  readonly signal?: AbortSignal;
}

/**
 * Passes messages on the topics through the handlers of one consumer again, beside the running group, whose offsets it does not
 * change. By default the inbox decides: handled messages are skipped, missing ones are handled, up to the group's committed offset.
 * With `reprocess` it uses an inbox of its own: projections are applied again, policies only if they are named.
 *
 * A reprocess beside a running consumer is correct because it runs to an end that it reads after its last transaction. What the
 * consumer applied meanwhile lies before that end and is applied again, in order; what comes later finds rows whose sequences
 * never went back. Until it has finished, rows may show values of the past: use a `Rebuild` if others act on them.
 */
export class Replay {
  readonly #handlers: Handlers;
  readonly #throttle: Throttle;
  readonly #deadLetters: DeadLetterWriter;
  readonly #progress = new ReplayProgress();
  readonly #offsets = new Map<string, ReplayRecord['offsets'][number]>();
  /** Ordering keys with a message that failed. */
  readonly #failedKeys = new Set<string>();
  readonly #signal: AbortSignal;

  constructor(
    private readonly runtime: Pick<MessagingRuntime, 'runner' | 'transport'>,
    private readonly messaging: MessagingOptions,
    private readonly environment: ReplayEnvironment,
    private readonly request: ReplayRequest,
    private readonly options: ReplayOptions = {},
  ) {
    checkRequest(request);
    runtime.transport.check();
    this.#handlers = handlersOf(runtime, request);
    this.#throttle = new Throttle(environment.store, environment.ports, request.noThrottle ?? false);
    this.#deadLetters = new DeadLetterWriter(environment.store, environment.ports, {
      group: request.consumer,
      deadLetters: messaging.deadLetters?.name,
      log: environment.log,
    });
    this.#signal = options.signal ?? new AbortController().signal;
  }

  /** Throws ReplayRejected for a replay that can't be resumed; rejects if database or broker are unavailable for long. */
  async run(): Promise<ReplayReport> {
    const { kafka, replays, store } = this.environment;
    const starts = await store.decidedStarts(this.request.consumer);
    const ranges = await rangesOf(kafka, this.#handlers.topics, this.request, starts);
    if (!this.request.reprocess) rejectPruned(ranges.ranges, await store.inboxHorizons(), this.request.consumer);
    const replay = this.options.dryRun ? undefined : await this.#begin(replays);
    for (const each of replay?.offsets ?? []) this.#offsets.set(partitionName(each), each);
    try {
      await this.#read(ranges, replay);
      await this.#forgetSkippedTypes();
      return await this.#finish(
        replay,
        this.#signal.aborted ? 'stopped' : this.#progress.failed.length > 0 ? 'failed' : 'done',
      );
    } catch (error) {
      await this.#finish(replay, 'failed');
      throw error;
    }
  }

  async #begin(replays: ReplayStore): Promise<ReplayRecord> {
    const { resume, reason = 'no reason was given' } = this.options;
    if (resume?.state === 'done') throw new ReplayRejected(`the replay ${resume.id} is done`);
    if (resume) return resume;
    const { consumer, reprocess } = this.request;
    return replays.begin({
      id: newId(this.environment.ports),
      consumer,
      request: writeRequest(this.request),
      ownGeneration: reprocess !== undefined,
      reason,
    });
  }

  async #read({ ranges, committed }: ReplayRanges, replay: ReplayRecord | undefined): Promise<void> {
    const left = ranges.map((range): OffsetRange => ({
      ...range,
      from: this.#offsets.get(partitionName(range))?.offset ?? range.from,
    }));
    this.#progress.begin(this.#now());
    this.#progress.expect(left);
    await this.environment.kafka.read({
      ranges: left,
      signal: this.#signal,
      onEnd: (range) => this.#endOf(range),
      onRecords: async (records) => {
        for (let start = 0; start < records.length && !this.#signal.aborted; start += batchSize) {
          const batch = records.slice(start, start + batchSize);
          const handled = await this.#throttle.run(() => this.#handle(batch, committed, replay), this.#signal);
          if (!handled) return;
          for (const { topic, partition, offset } of batch.slice(-1))
            this.#offsets.set(partitionName({ topic, partition }), { topic, partition, offset: offset + 1n });
          this.#progress.read(batch.length);
          await this.#report(replay);
        }
      },
    });
  }

  /** A reprocess ends where its partition ends after its last transaction. */
  async #endOf({ topic, partition, to }: OffsetRange): Promise<bigint> {
    if (!this.request.reprocess || this.options.dryRun) return to;
    const found = (await this.environment.kafka.endOffsets([topic])).find((each) => each.partition === partition);
    if (!found) throw new Error(`${topic} has no partition ${partition} any more`);
    const { end } = found;
    this.#progress.expect([{ topic, partition, from: to, to: end }]);
    return end;
  }

  /** False if it was stopped before everything was handled. */
  async #handle(
    records: readonly IncomingRecord[],
    committed: ReplayRanges['committed'],
    replay: ReplayRecord | undefined,
  ): Promise<boolean> {
    const selected = records.flatMap((record): Handleable[] => {
      const decoded = decode(record, this.messaging.contracts);
      return !decoded.skipped && this.#isSelected(decoded) ? [decoded] : [];
    });
    const invocations = new Map<Invocation, Decoded>();
    const known = await this.#known(selected, replay);
    for (const decoded of selected) {
      if (known.has(decoded.id)) this.#progress.count('known');
      else {
        const invocation = this.#invocationOf(decoded, committed, replay);
        if (invocation && !this.#failedKeys.has(decoded.orderingKey)) invocations.set(invocation, decoded);
        else if (invocation) this.#progress.count('behind a failure');
      }
    }
    if (!this.options.dryRun) return this.#run(invocations, replay);
    for (const decoded of invocations.values())
      this.#progress.count(decoded.poison ? 'poison' : `new ${typeOf(decoded)}`);
    return true;
  }

  /** By key and type. A reprocess, and a replay of named types, leave poison to the running consumer. */
  #isSelected(decoded: Decoded): boolean {
    const { key, types, reprocess } = this.request;
    if (key !== undefined && decoded.record.key !== key) return false;
    if (types !== undefined && (decoded.poison || !types.includes(typeOf(decoded)))) return false;
    return !(decoded.poison && reprocess);
  }

  async #known(selected: readonly Decoded[], replay: ReplayRecord | undefined): Promise<ReadonlySet<string>> {
    if (selected.length === 0 || (this.request.reprocess && this.options.dryRun)) return new Set();
    const ids = selected.map(({ id }) => id);
    return this.environment.replays.known(this.#inboxOf(replay), ids);
  }

  #inboxOf(replay: ReplayRecord | undefined): string {
    return replay && replay.generation !== null
      ? `${this.request.consumer}#${replay.generation}`
      : this.request.consumer;
  }

  #invocationOf(
    decoded: Handleable,
    committed: ReplayRanges['committed'],
    replay: ReplayRecord | undefined,
  ): Invocation | undefined {
    const { reprocess } = this.request;
    if (decoded.poison) return poisonedInvocation(this.request.consumer, decoded);
    if (!reprocess) {
      const invocation = this.#handlers.invocationOf(decoded);
      return invocation && { ...invocation, startsTrace: true };
    }
    // The group decides on what it has not read yet, in its order.
    const isUnread = decoded.record.offset >= (committed.get(partitionName(decoded.record)) ?? 0n);
    if (isUnread && this.#handlers.kindOf(typeOf(decoded)) === 'policy') return undefined;
    return this.#handlers.reprocessingOf(decoded, {
      inbox: this.#inboxOf(replay),
      policies: new Set(reprocess.policies),
      effects: new Set(reprocess.effects),
    });
  }

  /** True as soon as each is handled, dead-lettered or failed. Waits for a database or broker that is unavailable. */
  async #run(invocations: Map<Invocation, Decoded>, replay: ReplayRecord | undefined): Promise<boolean> {
    const attempts = new Map<Invocation, number>();
    for (let left = [...invocations], round = 0; left.length > 0; round++) {
      if (this.#signal.aborted) return false;
      const outcomes = await this.runtime.runner.run(left.map(([invocation]) => invocation));
      const again: typeof left = [];
      for (const entry of left) {
        const [invocation, decoded] = entry;
        const outcome = outcomeOf(outcomes, invocation);
        const attempt = (attempts.get(invocation) ?? 0) + 1;
        if (await this.#settle(decoded, outcome, attempt, replay)) continue;
        if (outcome.kind === 'failed') attempts.set(invocation, attempt);
        again.push(entry);
      }
      left = again;
      if (left.length > 0)
        await this.environment.ports.timers.wait(backOff(this.environment.ports, round, 50, 2_000), this.#signal);
    }
    return true;
  }

  /** False if the message must be tried again. */
  async #settle(
    decoded: Decoded,
    outcome: Outcome,
    attempts: number,
    replay: ReplayRecord | undefined,
  ): Promise<boolean> {
    switch (outcome.kind) {
      case 'done':
        this.#progress.count(`handled ${typeOf(decoded)}`);
        return true;
      case 'duplicate':
        this.#progress.count('known');
        return true;
      case 'blocked':
        await this.#deadLetters.writeBehind(decoded);
        this.#progress.count('dead-lettered');
        return true;
      case 'failed':
        return this.#fail(decoded, outcome.error, attempts, replay);
      case 'deferred':
        if (!this.#failedKeys.has(decoded.orderingKey)) return false;
        this.#progress.count('behind a failure');
        return true;
      default:
        return false;
    }
  }

  /** As the running consumer does it; in a generation of its own the report names the message instead. */
  async #fail(decoded: Decoded, error: unknown, attempts: number, replay: ReplayRecord | undefined): Promise<boolean> {
    if (error instanceof Transient || (decoded.poison === undefined && attempts < maxAttempts)) return false;
    if (replay?.generation === null) {
      await this.#deadLetters.write(decoded, error, attempts);
      this.#progress.count('dead-lettered');
    } else {
      this.#failedKeys.add(decoded.orderingKey);
      this.#progress.fail({ id: decoded.id, type: typeOf(decoded), key: decoded.record.key, error: textOf(error) });
    }
    return true;
  }

  /** A consumer that handles types which it skipped before needs no replay of them any more. */
  async #forgetSkippedTypes(): Promise<void> {
    const { consumer, from, to, key, types = this.#handlers.types, reprocess } = this.request;
    const isWhole = from === 'beginning' && to === undefined && key === undefined;
    if (!isWhole || this.options.dryRun || this.#signal.aborted || this.#progress.failed.length > 0) return;
    // Older messages of a projection are applied only by a reprocess, policies only by a replay or where they are named.
    const isHandled = (type: string): boolean =>
      this.#handlers.kindOf(type) === 'projection'
        ? reprocess !== undefined
        : reprocess === undefined || reprocess.policies.includes(type);
    await this.environment.store.forgetSkippedTypes(consumer, types.filter(isHandled));
  }

  async #report(replay: ReplayRecord | undefined): Promise<void> {
    if (!this.#progress.isReportDue(this.#now())) return;
    this.options.onProgress?.(this.#progress.progress(this.#now()));
    await this.#save(replay, 'running');
  }

  async #save(replay: ReplayRecord | undefined, state: ReplayState): Promise<void> {
    if (!replay) return;
    const offsets = [...this.#offsets.values()];
    await this.environment.replays.save(replay.id, { offsets, counts: this.#progress.counts, state });
  }

  async #finish(replay: ReplayRecord | undefined, state: ReplayState): Promise<ReplayReport> {
    await this.#save(replay, state);
    return this.#progress.report(this.#now(), {
      id: replay?.id,
      generation: replay?.generation ?? undefined,
      state,
    });
  }

  #now(): number {
    return this.environment.ports.clock.now().getTime();
  }
}

const typeOf = (decoded: Decoded): string =>
  decoded.poison || decoded.skipped ? (decoded.record.headers['ce_type'] ?? 'unknown') : decoded.envelope.type;

function handlersOf(
  { transport }: Pick<MessagingRuntime, 'transport'>,
  { consumer, types, reprocess }: ReplayRequest,
): Handlers {
  const handlers = transport.handlersOf(consumer);
  if (!handlers)
    throw new ReplayRejected(`there is no consumer "${consumer}"; there are ${transport.groupNames.join(', ')}`);
  for (const type of [...(types ?? []), ...(reprocess?.policies ?? [])]) {
    if (handlers.kindOf(type) === undefined)
      throw new ReplayRejected(`${consumer} does not handle ${type}; it handles ${handlers.types.join(', ')}`);
  }
  for (const type of reprocess?.policies ?? [])
    if (handlers.kindOf(type) !== 'policy')
      throw new ReplayRejected(`${type} is handled by a projection, which is always applied again: leave it out`);
  return handlers;
}
