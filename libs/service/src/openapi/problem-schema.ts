/** The form of every problem: RFC 9457. */
export const problemSchema = {
  type: 'object',
  description: 'RFC 9457. `type` is for programs, `detail` for people. Some problems have more fields.',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', example: '/problems/invalid-request' },
    title: { type: 'string', example: 'Bad Request' },
    status: { type: 'integer', minimum: 400, maximum: 599, example: 400 },
    detail: { type: 'string', example: 'quantity must not be less than 1' },
    errors: {
      type: 'array',
      description: 'Each field that breaks a rule.',
      items: {
        type: 'object',
        required: ['field', 'detail'],
        properties: {
          field: { type: 'string', example: 'lines.0.quantity' },
          detail: { type: 'string', example: 'must not be less than 1' },
        },
      },
    },
  },
} as const;

interface Example {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
}

const examples: Readonly<Record<number, Example>> = {
  400: { code: 'invalid-request', title: 'Bad Request', detail: 'quantity must not be less than 1' },
  401: {
    code: 'not-authenticated',
    title: 'Unauthorized',
    detail: 'an access token is needed: Authorization: Bearer <token>',
  },
  403: { code: 'not-allowed', title: 'Forbidden', detail: 'this needs the permission orders.read' },
  404: { code: 'not-found', title: 'Not Found', detail: 'there is no such object' },
  408: { code: 'body-too-slow', title: 'Request Timeout', detail: 'the body did not arrive within 10 seconds' },
  409: { code: 'conflict', title: 'Conflict', detail: 'the object is in another state' },
  410: { code: 'forgotten', title: 'Gone', detail: 'this person was forgotten' },
  413: { code: 'body-too-large', title: 'Payload Too Large', detail: 'the body must not have more than 256 kB' },
  415: {
    code: 'unsupported-media-type',
    title: 'Unsupported Media Type',
    detail: 'the body must be JSON, sent with Content-Type: application/json',
  },
  422: {
    code: 'idempotency-key-reused',
    title: 'Unprocessable Entity',
    detail: 'the key was used with another body',
  },
  429: { code: 'too-many-requests', title: 'Too Many Requests', detail: 'too many requests: try again later' },
  500: {
    code: 'internal-error',
    title: 'Internal Server Error',
    detail: 'something went wrong on our side; the x-request-id of this answer finds it in the logs',
  },
  502: { code: 'connection-broken', title: 'Bad Gateway', detail: 'the connection to the service failed' },
  503: {
    code: 'unavailable',
    title: 'Service Unavailable',
    detail: 'nothing was done: a dependency is unavailable at the moment, try again',
  },
  504: { code: 'too-slow', title: 'Gateway Timeout', detail: 'the service did not answer in time' },
};

const temporary = new Set([404, 409, 429, 503]);
const retryAfter = {
  'Retry-After': { description: 'Seconds until a repetition can succeed.', schema: { type: 'integer', minimum: 1 } },
};

/** The response of a status, with an example; of another than an HTTP status: of any problem. */
export function problemResponse(status: number, description = ''): object {
  const shown = status in examples ? status : 500;
  const { code, title, detail } = examples[shown] as Example;
  const example = {
    type: `/problems/${code}`,
    title,
    status: shown,
    detail,
    ...(shown === 400 && { errors: [{ field: 'quantity', detail: 'must not be less than 1' }] }),
  };
  return {
    description,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, example } },
    ...(temporary.has(status) && { headers: retryAfter }),
  };
}
