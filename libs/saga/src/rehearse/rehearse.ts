import type { Saga } from '../saga.js';
import type { OperatorAction, Position, SagaState } from '../state.js';
import { isStep } from '../story.js';
import { Rehearsal, type Letter } from './rehearsal.js';

/** What goes wrong in a rehearsal. Steps are named; without trouble everybody answers at once. */
export interface Trouble {
  readonly refuseAt?: string;
  /** The step is done, and its answer comes only when it is not awaited any more. */
  readonly silentAt?: string;
  /** The command itself is stuck: it is heard when the saga has already given up on it. */
  readonly deafAt?: string;
  /** The answer to the undo comes only after so many tries that the saga raises its alarm. */
  readonly silentUndoAt?: string;
  /** Every command and every reply comes twice, every reply once more after the end, and deadlines fall due that were met long ago. */
  readonly double?: boolean;
  /** The reply with this number (0, 1, …) is overtaken by that many others. */
  readonly overtaken?: { readonly reply: number; readonly by: number };
  readonly cancelAt?: string;
  readonly operator?: { readonly at: Position; readonly action: OperatorAction };
}

/** What was to be seen. */
export interface Seen<S> {
  /** Steps that took effect and steps whose effect was taken back, in the order in which it happened. */
  readonly done: readonly string[];
  readonly undone: readonly string[];
  /** The classes of everything said, and of the last of it. */
  readonly words: readonly string[];
  readonly lastWord: string | undefined;
  readonly state: SagaState;
  readonly subject: S;
  /** Every position that it went through. */
  readonly positions: readonly Position[];
  readonly alarmed: boolean;
  /** How many replies there were. */
  readonly replies: number;
  /** Empty when everything holds that must always hold. */
  readonly faults: readonly string[];
}

const tooMany = 1_000;
const alarming = 7;

/** Plays a saga from start to end, with that trouble, and tells what was seen. Pure and repeatable. */
export function rehearse<S>(definition: Saga<S>, subject: S, trouble: Trouble = {}): Seen<S> {
  return new Play(definition, subject, trouble).run();
}

class Play<S> {
  readonly #stage: Rehearsal<S>;
  readonly #heard: Letter[] = [];
  #pending: Pick<Trouble, 'cancelAt' | 'operator'>;
  #alarmed = false;

  constructor(
    private readonly definition: Saga<S>,
    subject: S,
    private readonly trouble: Trouble,
  ) {
    this.#stage = new Rehearsal(definition, subject, trouble.refuseAt);
    this.#pending = trouble;
  }

  run(): Seen<S> {
    for (let turn = 0; turn < tooMany && this.#move(); turn++) this.#alarmed ||= this.#stage.state!.alarmed;
    this.#afterTheEnd();
    const { effects, said, state, subject, journal } = this.#stage;
    const words = said.map(({ cls }) => cls.name);
    return {
      done: effects.filter(({ effect }) => effect === 'done').map(({ step }) => step),
      undone: effects.filter(({ effect }) => effect === 'undone').map(({ step }) => step),
      words,
      lastWord: words.at(-1),
      state: state!,
      subject,
      positions: journal.map(({ to }) => to),
      alarmed: this.#alarmed,
      replies: this.#heard.length,
      faults: this.#stage.faults(),
    };
  }

  /** The next thing that happens; false when nothing can happen any more. */
  #move(): boolean {
    if (this.#interfere()) return true;
    const errand = this.#stage.errands.find((each) => !this.#stuck(each.step));
    if (errand) {
      if (this.trouble.double) this.#stage.deliverErrand(errand, true);
      this.#stage.deliverErrand(errand);
      return true;
    }
    const letter = this.#stage.letters.find((each) => !this.#held(each));
    if (letter) {
      this.#heard.push(letter);
      if (this.trouble.double) this.#stage.deliverLetter(letter, true);
      this.#stage.deliverLetter(letter);
      if (this.trouble.double) this.#metDeadlines();
      return true;
    }
    if (this.#stage.awaited === undefined) return false;
    this.#stage.give({ kind: 'deadline', name: this.#stage.awaited });
    return true;
  }

  #interfere(): boolean {
    const { cancelAt, operator } = this.#pending;
    if (cancelAt !== undefined && this.#stage.position === `asking ${cancelAt}`) {
      this.#pending = operator ? { operator } : {};
      this.#stage.give({ kind: 'cancel' });
      return true;
    }
    if (operator && this.#stage.position === operator.at) {
      this.#pending = cancelAt === undefined ? {} : { cancelAt };
      this.#stage.give({ kind: 'operator', action: operator.action, reason: 'rehearsed' });
      return true;
    }
    return false;
  }

  /** Nothing that comes late may change anything. */
  #afterTheEnd(): void {
    if (!this.#stage.over) return;
    for (const errand of [...this.#stage.errands]) this.#stage.deliverErrand(errand);
    for (const letter of [...this.#stage.letters]) this.#stage.deliverLetter(letter);
    this.#metDeadlines();
    this.#stage.give({ kind: 'cancel' });
    if (this.trouble.double) for (const letter of this.#heard) this.#stage.deliverLetter(letter, true);
  }

  #metDeadlines(): void {
    for (const name of this.#stage.deadlines.filter((each) => each !== this.#stage.awaited))
      this.#stage.give({ kind: 'deadline', name });
  }

  #stuck(step: string): boolean {
    return step === this.trouble.deafAt && this.#stillAsking(step);
  }

  #held(letter: Letter): boolean {
    const { silentAt, silentUndoAt, overtaken } = this.trouble;
    if (this.#stage.over) return false;
    if (letter.step === silentAt && letter.answer !== 'undone' && this.#stillAsking(silentAt)) return true;
    if (letter.step === silentUndoAt && letter.answer === 'undone' && this.#stage.state!.attempt < alarming)
      return true;
    return overtaken?.reply === letter.number && this.#heard.length < letter.number + overtaken.by;
  }

  /** Until its last try; a step that is tried for ever gets its answer once it has raised the alarm. */
  #stillAsking(name: string): boolean {
    const step = this.definition.steps.filter(isStep).find((each) => each.name === name);
    const tries = typeof step?.retries === 'number' ? step.retries + 1 : alarming;
    return this.#stage.position === `asking ${name}` && this.#stage.state!.attempt <= tries;
  }
}
