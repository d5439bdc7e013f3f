import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';

/** One field of the request that breaks a rule. */
export interface FieldError {
  /** `lines.0.quantity` */
  readonly field: string;
  readonly detail: string;
}

/** RFC 9457: `type` is for programs, `detail` for people. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly [extra: string]: unknown;
}

/** A problem as an exception. Controllers throw it through `problem`. */
export class Problem extends HttpException {
  constructor(
    readonly body: ProblemBody,
    readonly retryAfterSeconds?: number,
  ) {
    super({ ...body }, body.status);
    this.message = body.detail;
  }
}

/** `throw problem(409, 'price-changed', 'a price has changed', { lines })` → `{ type: '/problems/price-changed', title, status, detail, lines }`. */
export const problem = (
  status: number,
  code: string,
  detail: string,
  extra: Readonly<Record<string, unknown>> = {},
): Problem =>
  new Problem({ type: `/problems/${code}`, title: STATUS_CODES[status] ?? 'Error', status, detail, ...extra });

/** As `problem`, with a Retry-After header. */
export const temporaryProblem = (status: number, code: string, detail: string, retryAfterSeconds: number): Problem =>
  new Problem(problem(status, code, detail).body, retryAfterSeconds);
