import { advance } from './advance.js';
import type { Saga } from './saga.js';
import {
  deadlineName,
  isOver,
  type Advance,
  type Input,
  type SagaDeadline,
  type SagaState,
  type Transition,
} from './state.js';

/** Everything that one cause has made the owner of a subject say of it, as it lies on the topics. */
export interface ToldDecision {
  readonly cause: string;
  readonly at: Date;
  /** In the order in which it was said, as far as that can be seen. */
  readonly says: readonly { readonly id: string; readonly message: object }[];
  /** The message that caused it, where it was one. */
  readonly heard: object | undefined;
  /** The causes of decisions that were certainly before it: their messages lie before its own, on the same topic. */
  readonly behind: ReadonlySet<string>;
}

/** What is known of a subject besides its sagas. */
export interface Retelling<S> {
  /** Those that steer such a subject; the first begins with it. */
  readonly sagas: readonly Saga<S>[];
  /** The subject that a decision makes, or undefined where it makes none. */
  begins(decision: ToldDecision): S | undefined;
  /** What a decision that no saga takes makes of the subject, or undefined where it can't be one. */
  apart(subject: S, decision: ToldDecision): S | undefined;
}

export interface RetoldSaga {
  readonly state: SagaState;
  readonly startedAt: Date;
  readonly changedAt: Date;
  readonly journal: readonly {
    readonly transition: Transition;
    readonly cause: string;
    readonly at: Date;
    readonly id: string;
  }[];
  /** Those that run, with the message whose publication has started each. */
  readonly deadlines: readonly (SagaDeadline & { readonly startedBy: string; readonly from: Date })[];
}

export interface Retold<S> {
  readonly subject: S | undefined;
  readonly sagas: readonly RetoldSaga[];
  /** What follows from nothing that was said before: empty where the topics are whole. */
  readonly unexplained: readonly ToldDecision[];
  /** What the stories themselves had against inputs that were tried: it may tell why. */
  readonly refusals: readonly Error[];
}

/**
 * Walks the sagas of one subject through what was said of it, to where they stand: from each position only an input that says
 * just what was said can have come. An end that says nothing can't be seen: such a saga stands before the reply that ends it.
 * Pure. `decisions` are in the order of time, each cause once; one that does not fit yet waits for those after it.
 */
export function retell<S>(retelling: Retelling<S>, decisions: readonly ToldDecision[]): Retold<S> {
  const walk = new Walk(retelling);
  const waiting = new Map(decisions.map((decision) => [decision.cause, decision]));
  for (let took = true; took && waiting.size > 0;) {
    const next = [...waiting.values()].find(
      (decision) => [...decision.behind].every((cause) => !waiting.has(cause)) && walk.take(decision),
    );
    took = next !== undefined && waiting.delete(next.cause);
  }
  return { subject: walk.subject, sagas: walk.told, unexplained: [...waiting.values()], refusals: walk.refusals };
}

/** What an input made of one saga. */
interface Move<S> {
  readonly saga: Saga<S>;
  readonly advance: Advance<S>;
}

class Walk<S> {
  subject: S | undefined;
  readonly refusals: Error[] = [];
  readonly #sagas = new Map<string, RetoldSaga>();

  constructor(private readonly retelling: Retelling<S>) {}

  get told(): readonly RetoldSaga[] {
    return [...this.#sagas.values()];
  }

  /** Whether the decision follows from where everything stands. */
  take(decision: ToldDecision): boolean {
    if (this.subject === undefined) return this.#begin(decision);
    const moves = this.#movesOf(this.subject, decision);
    if (moves) {
      for (const move of moves) this.#keep(move, decision);
      return true;
    }
    const apart = this.retelling.apart(this.subject, decision);
    if (apart === undefined) return false;
    this.subject = apart;
    return true;
  }

  #begin(decision: ToldDecision): boolean {
    const subject = this.retelling.begins(decision);
    const [first] = this.retelling.sagas;
    if (subject === undefined || !first) return false;
    const start = advance(first, undefined, subject, { kind: 'start' }, decision.at);
    if (!start.say.every(({ cls }) => decision.says.some(({ message }) => message instanceof cls))) return false;
    this.subject = subject;
    this.#keep({ saga: first, advance: start }, decision);
    return true;
  }

  /** A reply is for whichever saga awaits it; whatever else came, came to one. */
  #movesOf(subject: S, decision: ToldDecision): readonly Move<S>[] | undefined {
    const { sagas } = this.retelling;
    if (decision.heard !== undefined) {
      const input: Input = { kind: 'reply', message: decision.heard };
      const moves = sagas.flatMap((saga) => this.#move(saga, subject, input, decision.at) ?? []);
      return moves.length > 0 && saysJust(moves, decision) ? moves : undefined;
    }
    for (const saga of sagas) {
      for (const input of this.#inputsOf(saga)) {
        const move = this.#move(saga, subject, input, decision.at);
        if (move && saysJust([move], decision)) return [move];
      }
    }
    return undefined;
  }

  #inputsOf(saga: Saga<S>): readonly Input[] {
    const told = this.#of(saga);
    if (!told) return [{ kind: 'start' }];
    const operator = (['push', 'retry', 'skip'] as const).map((action): Input => ({
      kind: 'operator',
      action,
      reason: 'retold from what was said',
    }));
    return [{ kind: 'deadline', name: deadlineName(told.state) }, { kind: 'cancel' }, ...operator];
  }

  /** Undefined where the saga does not move by it. */
  #move(saga: Saga<S>, subject: S, input: Input, at: Date): Move<S> | undefined {
    const state = this.#of(saga)?.state;
    if (input.kind === 'start' ? state !== undefined : !state || isOver(state)) return undefined;
    try {
      const advanced = advance(saga, state, subject, input, at);
      return advanced.journal.length > 0 ? { saga, advance: advanced } : undefined;
    } catch (error) {
      this.refusals.push(error as Error); // a story that refuses this subject was not told of it; any other reason is told with what stays unexplained
      return undefined;
    }
  }

  #of(saga: Saga<S>): RetoldSaga | undefined {
    return [...this.#sagas.values()].find(({ state }) => state.saga === saga.name);
  }

  #keep({ advance: { state, subject, deadlines, journal } }: Move<S>, { cause, at, says }: ToldDecision): void {
    const before = this.#sagas.get(state.id);
    this.subject = subject;
    this.#sagas.set(state.id, {
      state,
      startedAt: before?.startedAt ?? at,
      changedAt: at,
      // As many messages were said as positions were passed, at least: each line takes the id of one, so lines keep their order.
      journal: [
        ...(before?.journal ?? []),
        ...journal.map((transition, index) => ({
          transition,
          cause,
          at,
          id: says[Math.min(index, says.length - 1)]!.id,
        })),
      ],
      deadlines: isOver(state)
        ? []
        : deadlines.map((deadline) => ({
            ...deadline,
            startedBy: says.find(({ message }) => message instanceof deadline.command.cls)!.id,
            from: at,
          })),
    });
  }
}

/** The same classes, each as often. */
function saysJust<S>(moves: readonly Move<S>[], { says }: ToldDecision): boolean {
  const words = moves.flatMap(({ advance: { say } }) => say.map(({ cls }) => cls.name)).sort();
  const told = says.map(({ message }) => message.constructor.name).sort();
  return words.length > 0 && words.length === told.length && words.every((word, at) => word === told[at]);
}
