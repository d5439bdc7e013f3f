import type { ServerResponse } from 'node:http';
import type { Patience } from '../domain/patience.js';

/** A request that is to be passed on, complete. */
export interface Call {
  readonly id: string;
  readonly service: string;
  readonly method: string;
  /** The request target, as it came. */
  readonly target: string;
  /** Name, value, name, value … */
  readonly headers: string[];
  readonly body: Buffer | undefined;
  readonly patience: Patience;
  /** Doing it twice is as good as once. */
  readonly repeatable: boolean;
  /** Whose calls should meet the same instance. */
  readonly session: string | undefined;
  readonly response: ServerResponse;
}

/** How one try ended. `done`: the client has its answer, or is gone. */
export type TryEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'broken'; readonly error: Error }
  | { readonly kind: 'late' }
  /** It is no request that could be sent: the client's fault, not the instance's. */
  | { readonly kind: 'unsendable' }
  /** The instance said that it can't at the moment, and another one may. */
  | { readonly kind: 'declined' };
