import type { ServerResponse } from 'node:http';
import type { ResponseTimeouts } from '../domain/response-timeouts.js';

/** A complete request to be forwarded. */
export interface Call {
  readonly id: string;
  readonly service: string;
  readonly method: string;
  /** The original request target. */
  readonly target: string;
  /** Name, value, name, value … */
  readonly headers: string[];
  readonly body: Buffer | undefined;
  readonly timeouts: ResponseTimeouts;
  /** A repetition has no additional effect. */
  readonly idempotent: boolean;
  /** Calls with the same session prefer the same instance. */
  readonly session: string | undefined;
  readonly response: ServerResponse;
}

/** The result of one attempt. `done`: the client has its response, or has disconnected. */
export type AttemptResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'broken'; readonly error: Error }
  | { readonly kind: 'timed-out' }
  /** The request can't be sent because its target or a header is invalid. */
  | { readonly kind: 'invalid' }
  /** The instance can't answer at the moment; another one may. */
  | { readonly kind: 'declined' };
