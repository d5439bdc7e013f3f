import type { OperationStore, Declined, Operation, Refunded, Taken } from './operation-store.js';
import type { Entry } from './entry.js';
import { behaviourOf } from './methods.js';

export interface TakeRequest {
  readonly key: string;
  readonly amount: number;
  readonly currency: string;
  readonly method: string;
}

export interface RefundRequest {
  readonly key: string;
  readonly takeKey: string;
  readonly amount: number;
  readonly currency: string;
  readonly reason: string;
}

/** The time of a decision, and the reference of a new operation. */
export interface Stamp {
  readonly at: string;
  readonly reference: string;
}

/** The answer; `entry` if there is a new operation, which must be in the log before the answer is sent. */
export interface Outcome {
  readonly code: number;
  readonly body: object;
  readonly entry?: Entry;
}

const refused = (reason: string, detail: string): Outcome => ({
  code: 422,
  body: { status: 'refused', reason, detail },
});

const keyReused = (key: string): Outcome =>
  refused('key-reused', `the key ${key} belongs to another operation: use a new key for each operation`);

const taken = ({ status, key, amount, currency, reference }: Taken): object => ({
  status,
  reference,
  key,
  amount,
  currency,
});
const declined = ({ status, key, reason }: Declined): object => ({ status, key, reason });
const refunded = ({ status, key, takeKey, amount, currency, reference }: Refunded): object => ({
  status,
  reference,
  key,
  takeKey,
  amount,
  currency,
});

/** The first take with a key decides; a repeated one gets the same answer, and 422 if its fields differ. */
export function take(store: OperationStore, request: TakeRequest, { at, reference }: Stamp): Outcome {
  const { key, amount, currency } = request;
  const { method, declines } = behaviourOf(request.method);
  const known = store.find(key);
  switch (known?.status) {
    case undefined:
      return declines === undefined
        ? {
            code: 201,
            body: { status: 'taken', reference, key, amount, currency },
            entry: { at, key, operation: 'take', amount, currency, method, reference },
          }
        : {
            code: 402,
            body: { status: 'declined', key, reason: declines },
            entry: { at, key, operation: 'decline', amount, currency, method, reason: declines },
          };
    case 'voided':
      return { code: 409, body: known };
    case 'refunded':
      return keyReused(key);
    case 'taken':
    case 'declined':
      if (known.amount !== amount || known.currency !== currency || known.method !== method) return keyReused(key);
      return known.status === 'taken' ? { code: 201, body: taken(known) } : { code: 402, body: declined(known) };
  }
}

/** Refunds a part or all of a take, never more than is left. Once per key. */
export function refund(store: OperationStore, request: RefundRequest, { at, reference }: Stamp): Outcome {
  const { key, takeKey, amount, currency } = request;
  const known = store.find(key);
  if (known !== undefined) {
    const same =
      known.status === 'refunded' &&
      known.takeKey === takeKey &&
      known.amount === amount &&
      known.currency === currency;
    return same ? { code: 201, body: refunded(known) } : keyReused(key);
  }
  const source = store.find(takeKey);
  if (source?.status !== 'taken') return refused('not-taken', `nothing was taken under ${takeKey}`);
  if (source.currency !== currency) return refused('other-currency', `${takeKey} was taken in ${source.currency}`);
  const left = source.amount - source.refunded;
  if (amount > left) return refused('exceeds-taken', `${left} of ${source.amount} is left to refund under ${takeKey}`);
  return {
    code: 201,
    body: { status: 'refunded', reference, key, takeKey, amount, currency },
    entry: { at, key, operation: 'refund', amount, currency, reference, takeKey },
  };
}

/** Closes a key for good, unless money was taken with it. A declined key may be voided. */
export function voidKey(store: OperationStore, key: string, { at }: Stamp): Outcome {
  const known = store.find(key);
  switch (known?.status) {
    case undefined:
    case 'declined':
      return { code: 200, body: { status: 'voided', key }, entry: { at, key, operation: 'void' } };
    case 'voided':
      return { code: 200, body: known };
    case 'taken':
      return { code: 409, body: taken(known) };
    case 'refunded':
      return keyReused(key);
  }
}

const view = (operation: Operation): object => {
  switch (operation.status) {
    case 'taken':
      return { ...taken(operation), refunded: operation.refunded };
    case 'declined':
      return declined(operation);
    case 'refunded':
      return refunded(operation);
    case 'voided':
      return operation;
  }
};

/** The operation of a key. A 404 has the status `absent`, so that a wrong address never counts as "nothing happened". */
export function find(store: OperationStore, key: string): Outcome {
  const known = store.find(key);
  return known === undefined ? { code: 404, body: { status: 'absent', key } } : { code: 200, body: view(known) };
}
