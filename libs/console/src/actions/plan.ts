import { createHash } from 'node:crypto';
import type { RuntimePorts } from '@tradewind/messaging/internals';
import type { Databases } from '@tradewind/operations';
import type { Role } from '../access/operator.js';
import type { Place } from '../screens/screen.js';

/** What an action would do now. */
export interface Plan {
  readonly title: string;
  /** In sentences; also what a person agrees to: another list is another plan. */
  readonly would: readonly string[];
  /** What the sentences do not say, and must not have changed either. */
  readonly selection: readonly string[];
  /** On the button. */
  readonly verb: string;
  /** Fields of the form. */
  readonly fields?: Readonly<Record<string, string>>;
  /** The screen to return to. */
  readonly back: string;
}

/** What carries out a plan. `after` is work that goes on when the request is answered. */
export interface Carrier {
  readonly databases: Databases;
  readonly reason: string;
  readonly ports: RuntimePorts;
  readonly inBackground: (work: (signal: AbortSignal) => Promise<unknown>) => void;
}

/** Something that an operator can do: shown as a plan first, done with a reason. */
export interface Action<P extends Plan = Plan> {
  readonly path: string;
  readonly section: string;
  readonly role: Role;
  /** Always of the present rows, not of a shared reading. Undefined: there is nothing to do. */
  plan(databases: Databases, place: Place): Promise<P | undefined>;
  carryOut(plan: P, carrier: Carrier): Promise<void>;
}

export type AnyAction = Action<never>;

export const action = <P extends Plan>(definition: Action<P>): AnyAction => definition as unknown as AnyAction;

/** Identifies a plan: the form carries it, and a plan that has changed meanwhile is not carried out. */
export const planHash = ({ would, selection }: Pick<Plan, 'would' | 'selection'>): string =>
  createHash('sha256')
    .update(JSON.stringify([would, selection]))
    .digest('hex')
    .slice(0, 32);
