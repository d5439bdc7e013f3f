import { advance } from './advance.js';
import type { Saga } from './saga.js';
import {
  isOver,
  timeoutName,
  type Advance,
  type Input,
  type SagaState,
  type SagaTimeout,
  type Transition,
} from './state.js';

/** All messages about one subject that its owner published for one cause, as they are on the topics. */
export interface PublishedDecision {
  readonly cause: string;
  readonly at: Date;
  /** In publication order, as far as the topics show it. */
  readonly messages: readonly { readonly id: string; readonly message: object }[];
  /** The message that caused the decision, where a message did. */
  readonly consumed: object | undefined;
  /** Causes of decisions that certainly came before: their messages precede its own on the same topic. */
  readonly after: ReadonlySet<string>;
}

/** How decisions change a subject besides its sagas. */
export interface HistoryRules<S> {
  /** The sagas of such a subject. The first one starts together with it. */
  readonly sagas: readonly Saga<S>[];
  /** The subject that a decision creates; undefined where it creates none. */
  subjectOf(decision: PublishedDecision): S | undefined;
  /** The subject after a decision that no saga made; undefined where the decision cannot be one. */
  withoutSaga(subject: S, decision: PublishedDecision): S | undefined;
}

/** A saga instance as its history tells it. */
export interface RebuiltSaga {
  readonly state: SagaState;
  readonly startedAt: Date;
  readonly changedAt: Date;
  readonly history: readonly {
    readonly transition: Transition;
    readonly cause: string;
    readonly at: Date;
    readonly id: string;
  }[];
  /** Running timeouts, each with the message whose publication started it. */
  readonly timeouts: readonly (SagaTimeout & { readonly startedBy: string; readonly from: Date })[];
}

/** A subject and its saga instances as the published decisions tell them. */
export interface RebuiltHistory<S> {
  readonly subject: S | undefined;
  readonly sagas: readonly RebuiltSaga[];
  /** Decisions that follow from no earlier one. Empty where the topics are complete. */
  readonly unexplained: readonly PublishedDecision[];
  /** What definitions threw on inputs that were tried. May explain what is unexplained. */
  readonly errors: readonly Error[];
}

/**
 * Rebuilds the sagas of one subject from its published messages: in each state, only an input that publishes exactly the
 * messages of the next decision can have happened. An end that publishes nothing is not visible: such a saga is left before the
 * reply that ends it. Pure. `decisions` are in time order, each cause once; one that does not fit yet waits for later ones.
 */
export function rebuildFromHistory<S>(
  rules: HistoryRules<S>,
  decisions: readonly PublishedDecision[],
): RebuiltHistory<S> {
  const rebuild = new Rebuild(rules);
  const waiting = new Map(decisions.map((decision) => [decision.cause, decision]));
  for (let applied = true; applied && waiting.size > 0;) {
    const next = [...waiting.values()].find(
      (decision) => [...decision.after].every((cause) => !waiting.has(cause)) && rebuild.apply(decision),
    );
    applied = next !== undefined && waiting.delete(next.cause);
  }
  return { subject: rebuild.subject, sagas: rebuild.sagas, unexplained: [...waiting.values()], errors: rebuild.errors };
}

interface Move<S> {
  readonly saga: Saga<S>;
  readonly advance: Advance<S>;
}

class Rebuild<S> {
  subject: S | undefined;
  readonly errors: Error[] = [];
  readonly #sagas = new Map<string, RebuiltSaga>();

  constructor(private readonly rules: HistoryRules<S>) {}

  get sagas(): readonly RebuiltSaga[] {
    return [...this.#sagas.values()];
  }

  /** Whether the decision follows from the present state. */
  apply(decision: PublishedDecision): boolean {
    if (this.subject === undefined) return this.#start(decision);
    const moves = this.#movesOf(this.subject, decision);
    if (moves) {
      for (const move of moves) this.#add(move, decision);
      return true;
    }
    const changed = this.rules.withoutSaga(this.subject, decision);
    if (changed === undefined) return false;
    this.subject = changed;
    return true;
  }

  #start(decision: PublishedDecision): boolean {
    const subject = this.rules.subjectOf(decision);
    const [first] = this.rules.sagas;
    if (subject === undefined || !first) return false;
    const start = advance(first, undefined, subject, { kind: 'start' }, decision.at);
    if (!start.messages.every(({ cls }) => decision.messages.some(({ message }) => message instanceof cls)))
      return false;
    this.subject = subject;
    this.#add({ saga: first, advance: start }, decision);
    return true;
  }

  /** A reply moves every saga that waits for it; any other input moves one saga. */
  #movesOf(subject: S, decision: PublishedDecision): readonly Move<S>[] | undefined {
    const { sagas } = this.rules;
    if (decision.consumed !== undefined) {
      const input: Input = { kind: 'reply', message: decision.consumed };
      const moves = sagas.flatMap((saga) => this.#move(saga, subject, input, decision.at) ?? []);
      return moves.length > 0 && publishExactly(moves, decision) ? moves : undefined;
    }
    for (const saga of sagas) {
      for (const input of this.#inputsOf(saga)) {
        const move = this.#move(saga, subject, input, decision.at);
        if (move && publishExactly([move], decision)) return [move];
      }
    }
    return undefined;
  }

  #inputsOf(saga: Saga<S>): readonly Input[] {
    const rebuilt = this.#find(saga);
    if (!rebuilt) return [{ kind: 'start' }];
    const operator = (['expire', 'retry', 'skip'] as const).map((action): Input => ({
      kind: 'operator',
      action,
      reason: 'rebuilt from its history',
    }));
    return [{ kind: 'timeout', name: timeoutName(rebuilt.state) }, { kind: 'cancel' }, ...operator];
  }

  /** Undefined where the input does not move the saga. */
  #move(saga: Saga<S>, subject: S, input: Input, at: Date): Move<S> | undefined {
    const state = this.#find(saga)?.state;
    if (input.kind === 'start' ? state !== undefined : !state || isOver(state)) return undefined;
    try {
      const advanced = advance(saga, state, subject, input, at);
      return advanced.history.length > 0 ? { saga, advance: advanced } : undefined;
    } catch (error) {
      // A definition may throw on a subject that it never had. Any other error is reported beside what stays unexplained.
      this.errors.push(error as Error);
      return undefined;
    }
  }

  #find(saga: Saga<S>): RebuiltSaga | undefined {
    return [...this.#sagas.values()].find(({ state }) => state.saga === saga.name);
  }

  #add({ advance: { state, subject, timeouts, history } }: Move<S>, { cause, at, messages }: PublishedDecision): void {
    const before = this.#sagas.get(state.id);
    const idOf = (published: { readonly id: string } | undefined): string => {
      if (!published) throw new Error(`the decision of ${cause} published no message`);
      return published.id;
    };
    this.subject = subject;
    this.#sagas.set(state.id, {
      state,
      startedAt: before?.startedAt ?? at,
      changedAt: at,
      // There are at least as many messages as transitions: each entry takes the id of one, so entries keep their order.
      history: [
        ...(before?.history ?? []),
        ...history.map((transition, index) => ({
          transition,
          cause,
          at,
          id: idOf(messages[Math.min(index, messages.length - 1)]),
        })),
      ],
      timeouts: isOver(state)
        ? []
        : timeouts.map((timeout) => ({
            ...timeout,
            startedBy: idOf(messages.find(({ message }) => message instanceof timeout.command.cls)),
            from: at,
          })),
    });
  }
}

/** Whether the moves publish the same classes as the decision, each as often. */
function publishExactly<S>(moves: readonly Move<S>[], { messages }: PublishedDecision): boolean {
  const expected = moves.flatMap(({ advance }) => advance.messages.map(({ cls }) => cls.name)).sort();
  const found = messages.map(({ message }) => message.constructor.name).sort();
  return expected.length > 0 && expected.length === found.length && expected.every((name, at) => name === found[at]);
}
