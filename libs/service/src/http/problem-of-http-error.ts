import { maxBodyLimit } from './body-limit.js';
import { problem, type Problem } from './problem.js';

export const bodyTooLarge = (limit: number): Problem =>
  problem(413, 'body-too-large', `the body must not have more than ${limit / 1_024} kB`);

const codes: Readonly<Record<number, string>> = {
  400: 'invalid-request',
  401: 'not-authenticated',
  403: 'not-allowed',
  404: 'not-found',
  405: 'method-not-allowed',
  409: 'conflict',
  413: 'body-too-large',
  415: 'unsupported-media-type',
  429: 'too-many-requests',
  503: 'unavailable',
};

/** The problem code of a status. */
export const codeOf = (status: number): string =>
  codes[status] ?? (status < 500 ? 'invalid-request' : 'internal-error');

/** Errors of the body reader by `type`. */
const bodyProblems: Readonly<Record<string, () => Problem>> = {
  'entity.too.large': () => bodyTooLarge(maxBodyLimit),
  'encoding.unsupported': () => problem(415, 'unsupported-media-type', 'this Content-Encoding is not supported'),
};

/** The problem for an error of Express or its parsers, which have a status. Undefined for any other error. */
export function problemOfHttpError(error: unknown): Problem | undefined {
  const { status, type } = (error ?? {}) as { status?: unknown; type?: unknown };
  if (!(error instanceof Error) || typeof status !== 'number' || status < 400 || status >= 500) return undefined;
  const known = typeof type === 'string' ? bodyProblems[type] : undefined;
  return known ? known() : problem(status, codeOf(status), 'the request could not be read');
}
