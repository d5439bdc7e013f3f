import { advance } from '../advance.js';
import { declaredTransitions } from '../declared-transitions.js';
import { isStep, type ReplyClass, type Step } from '../definition.js';
import type { OutgoingMessage } from '../outgoing-message.js';
import type { Saga } from '../saga.js';
import {
  isOver,
  positionOf,
  timeoutName,
  type Input,
  type Position,
  type SagaState,
  type Transition,
} from '../state.js';
import { Participant, type Answer } from './participant.js';

/** A reply that has not reached the saga yet. */
export interface PendingReply {
  readonly number: number;
  readonly step: string;
  readonly answer: Answer;
  readonly message: object;
}

/** A command that has not reached its participant yet. */
interface PendingCommand {
  readonly step: string;
  readonly kind: 'command' | 'compensation';
}

/**
 * A saga among participants that keep their contract. The caller moves one thing at a time: deliver a command, deliver a reply,
 * let a timeout pass. Commands to one participant keep their order, replies need not.
 */
export class Rehearsal<S> {
  readonly messages: OutgoingMessage[] = [];
  readonly history: Transition[] = [];
  readonly replies: PendingReply[] = [];
  readonly commands: PendingCommand[] = [];
  readonly timeouts: string[] = [];
  readonly effects: { readonly step: string; readonly effect: 'done' | 'compensated' }[] = [];
  readonly #steps: ReadonlyMap<string, { readonly step: Step<S>; readonly participant: Participant }>;
  #minutes = 0;
  #replyNumber = 0;
  #state: SagaState | undefined;

  constructor(
    readonly saga: Saga<S>,
    public subject: S,
    failAt?: string,
  ) {
    this.#steps = new Map(
      saga.steps
        .filter(isStep)
        .map((step) => [step.name, { step, participant: new Participant(step.name === failAt) }]),
    );
    this.apply({ kind: 'start' });
  }

  get state(): SagaState {
    if (!this.#state) throw new Error(`${this.saga.name} was not started`);
    return this.#state;
  }

  get isOver(): boolean {
    return isOver(this.state);
  }

  get position(): Position {
    return positionOf(this.state);
  }

  /** The name of the running timeout; undefined when the saga is over. */
  get runningTimeout(): string | undefined {
    return this.isOver ? undefined : timeoutName(this.state);
  }

  apply(input: Input): void {
    const now = new Date(Date.UTC(2030, 0, 1, 0, this.#minutes));
    const next = advance(this.saga, this.#state, this.subject, input, now);
    const state = JSON.parse(JSON.stringify(next.state)) as SagaState;
    this.#state = state;
    this.subject = next.subject;
    this.messages.push(...next.messages);
    this.history.push(...next.history);
    // An input that changes nothing takes no time, so that two rehearsals can be compared.
    if (next.history.length > 0) this.#minutes++;
    for (const { name } of next.timeouts) {
      this.timeouts.push(name);
      if (state.step !== null)
        this.commands.push({ step: state.step, kind: state.status === 'compensating' ? 'compensation' : 'command' });
    }
  }

  /** Delivers a command to its participant, which acts and replies. `keep`: the same command is delivered once more later. */
  deliverCommand(command: PendingCommand, keep = false): void {
    if (!keep) this.commands.splice(this.commands.indexOf(command), 1);
    const target = this.#steps.get(command.step);
    if (!target) throw new Error(`${this.saga.name} has no step "${command.step}"`);
    const { step, participant } = target;
    const before = { ...participant };
    const answer = command.kind === 'command' ? participant.command() : participant.compensate();
    if (participant.done && !before.done) this.effects.push({ step: step.name, effect: 'done' });
    if (participant.compensated && !before.compensated) this.effects.push({ step: step.name, effect: 'compensated' });
    const reply: ReplyClass | undefined = answer && step[answer];
    if (answer && reply)
      this.replies.push({ number: this.#replyNumber++, step: step.name, answer, message: new reply() });
  }

  deliverReply(reply: PendingReply, keep = false): void {
    if (!keep) this.replies.splice(this.replies.indexOf(reply), 1);
    this.apply({ kind: 'reply', message: reply.message });
  }

  /** What is wrong after everything was delivered; empty when nothing is. */
  violations(): string[] {
    const lineOf = ({ from, to, cause }: Pick<Transition, 'from' | 'to' | 'cause'>): string =>
      `${from} → ${to} (${cause})`;
    const declared = new Set(declaredTransitions(this.saga).map(lineOf));
    const violations = this.history
      .map(lineOf)
      .filter((line) => !declared.has(line))
      .map((line) => `not declared: ${line}`);
    if (!this.isOver) violations.push(`it is not over: ${this.position}`);
    for (const [name, { step, participant }] of this.#steps) {
      const { done, compensated } = participant;
      if (this.state.status === 'completed' && (!done || compensated))
        violations.push(`completed, and "${name}" is ${compensated ? 'compensated' : 'not done'}`);
      if (this.state.status === 'failed' && step.compensation && done !== compensated)
        violations.push(`failed, and "${name}" is still done`);
    }
    const passed = this.history.findIndex(({ to }) => to.startsWith('passed '));
    if (passed >= 0 && this.history.slice(passed).some(({ to }) => to.startsWith('compensating ')))
      violations.push('a step was compensated after the point of no return');
    return violations;
  }
}
