import { problem, type Problem } from './problem.js';

/** Bytes. */
export const bodyLimit = 256 * 1024;

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

/** Errors of the body parser by `type`. Its own messages repeat parts of the body. */
const bodyProblems: Readonly<Record<string, Parameters<typeof problem>>> = {
  'entity.too.large': [413, 'body-too-large', `the body must not have more than ${bodyLimit / 1024} kB`],
  'entity.parse.failed': [400, 'invalid-request', 'the body is not a JSON object or array'],
  'charset.unsupported': [415, 'unsupported-media-type', 'the body must be JSON in UTF-8'],
  'encoding.unsupported': [415, 'unsupported-media-type', 'this Content-Encoding is not supported'],
};

/** The problem for an error of Express or its parsers, which have a status. Undefined for any other error. */
export function problemOfHttpError(error: unknown): Problem | undefined {
  const { status, type } = (error ?? {}) as { status?: unknown; type?: unknown };
  if (!(error instanceof Error) || typeof status !== 'number' || status < 400 || status >= 500) return undefined;
  const known = typeof type === 'string' ? bodyProblems[type] : undefined;
  return known ? problem(...known) : problem(status, codeOf(status), 'the request could not be read');
}
