import { advance } from '../advance.js';
import { declaredTransitions } from '../declared-transitions.js';
import type { Saga } from '../saga.js';
import type { Said } from '../said.js';
import {
  deadlineName,
  isOver,
  positionOf,
  type Input,
  type Position,
  type SagaState,
  type Transition,
} from '../state.js';
import { isStep, type ReplyClass, type Step } from '../story.js';
import { Participant, type Answer } from './participant.js';

/** A reply on its way back to the saga. */
export interface Letter {
  readonly number: number;
  readonly step: string;
  readonly answer: Answer;
  readonly message: object;
}

interface Errand {
  readonly step: string;
  readonly kind: 'ask' | 'undo';
}

/**
 * A saga among participants that keep their contract, moved one thing at a time: deliver a command, deliver a reply, let a
 * deadline fall due. Commands for one participant keep their order, replies need not.
 */
export class Rehearsal<S> {
  readonly said: Said[] = [];
  readonly journal: Transition[] = [];
  readonly letters: Letter[] = [];
  readonly errands: Errand[] = [];
  readonly deadlines: string[] = [];
  readonly effects: { readonly step: string; readonly effect: 'done' | 'undone' }[] = [];
  readonly #steps: ReadonlyMap<string, Step<S>>;
  readonly #participants: ReadonlyMap<string, Participant>;
  #minutes = 0;
  #numbers = 0;
  state: SagaState | undefined;

  constructor(
    readonly definition: Saga<S>,
    public subject: S,
    refuseAt?: string,
  ) {
    this.#steps = new Map(definition.steps.filter(isStep).map((step) => [step.name, step]));
    this.#participants = new Map([...this.#steps.keys()].map((name) => [name, new Participant(name === refuseAt)]));
    this.give({ kind: 'start' });
  }

  get over(): boolean {
    return this.state !== undefined && isOver(this.state);
  }

  get position(): Position {
    return positionOf(this.state!);
  }

  /** The deadline that now counts; undefined when the saga is over. */
  get awaited(): string | undefined {
    return this.over ? undefined : deadlineName(this.state!);
  }

  give(input: Input): void {
    const now = new Date(Date.UTC(2030, 0, 1, 0, this.#minutes));
    const next = advance(this.definition, this.state, this.subject, input, now);
    this.state = JSON.parse(JSON.stringify(next.state)) as SagaState;
    this.subject = next.subject;
    this.said.push(...next.say);
    this.journal.push(...next.journal);
    // what changes nothing takes no time, so that two rehearsals can be compared
    if (next.journal.length > 0) this.#minutes++;
    for (const { name } of next.deadlines) {
      this.deadlines.push(name);
      this.errands.push({ step: this.state.step!, kind: this.state.status === 'undoing' ? 'undo' : 'ask' });
    }
  }

  /** The command reaches its participant, who acts and answers. `again`: the same command will come once more. */
  deliverErrand(errand: Errand, again = false): void {
    if (!again) this.errands.splice(this.errands.indexOf(errand), 1);
    const participant = this.#participants.get(errand.step)!;
    const before = { ...participant };
    const answer = errand.kind === 'ask' ? participant.ask() : participant.undo();
    if (participant.did && !before.did) this.effects.push({ step: errand.step, effect: 'done' });
    if (participant.undid && !before.undid) this.effects.push({ step: errand.step, effect: 'undone' });
    const reply = answer && this.#replyOf(errand.step, answer);
    if (reply) this.letters.push({ number: this.#numbers++, step: errand.step, answer, message: new reply() });
  }

  deliverLetter(letter: Letter, again = false): void {
    if (!again) this.letters.splice(this.letters.indexOf(letter), 1);
    this.give({ kind: 'reply', message: letter.message });
  }

  /** What must hold once everything has been delivered; empty when all is well. */
  faults(): string[] {
    const faults: string[] = [];
    const declared = new Set(
      declaredTransitions(this.definition).map(({ from, to, cause }) => `${from} → ${to} (${cause})`),
    );
    const observed = this.journal.map(({ from, to, cause }) => `${from} → ${to} (${cause})`);
    faults.push(...observed.filter((line) => !declared.has(line)).map((line) => `not declared: ${line}`));
    if (!this.over) faults.push(`it is not over: ${this.position}`);
    for (const [name, { did, undid }] of this.#participants) {
      const hasWayBack = this.#steps.get(name)!.undo !== undefined;
      if (this.state?.status === 'completed' && (!did || undid))
        faults.push(`completed, and "${name}" is ${undid ? 'undone' : 'not done'}`);
      if (this.state?.status === 'failed' && hasWayBack && did !== undid)
        faults.push(`failed, and "${name}" is still done`);
    }
    const passed = this.journal.findIndex(({ to }) => to.startsWith('passed '));
    if (passed >= 0 && this.journal.slice(passed).some(({ to }) => to.startsWith('undoing ')))
      faults.push('something was undone after the point of no return');
    return faults;
  }

  #replyOf(step: string, answer: Answer): ReplyClass | undefined {
    const { done, refused, undone } = this.#steps.get(step)!;
    return { done, refused, undone }[answer];
  }
}
