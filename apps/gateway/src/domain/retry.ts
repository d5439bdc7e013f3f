/** A failed attempt. */
export interface Failure {
  /** True if the first byte may have been sent: the instance may have executed the call. */
  readonly sent: boolean;
}

const idempotentMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** The calls whose service keeps the answer of an Idempotency-Key, as their descriptions say; `*` is one segment of the path. */
export const callsWithKeys: readonly string[] = [
  'POST /cart/checkout',
  'POST /orders',
  'POST /payments/*/refunds',
  'POST /products/*/stock-adjustments',
];

const partsOf = (call: string): readonly string[] => call.split('/');
const storingCalls = callsWithKeys.map(partsOf);

function keepsKeys(method: string, target: string): boolean {
  const [path = ''] = target.split(/[?#]/, 1);
  const parts = partsOf(`${method} ${path}`);
  return storingCalls.some(
    (stored) => stored.length === parts.length && stored.every((part, at) => part === '*' || part === parts[at]),
  );
}

/** Whether a repetition has no additional effect: by its method, or by an Idempotency-Key that the service keeps. Another spelling of a path is not repeated. */
export const isIdempotent = (method: string, target: string, idempotencyKey: string | undefined): boolean =>
  idempotentMethods.has(method) || (idempotencyKey !== undefined && keepsKeys(method, target));

/** One retry of an idempotent call, or of one of which nothing was sent. A POST without a stored key that may have been sent is never repeated. */
export const mayRetry = (failure: Failure, idempotent: boolean, attempts: number): boolean =>
  attempts < 2 && (idempotent || !failure.sent);
