import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OperationStore } from './operation-store.js';
import { find, refund, take, voidKey, type Outcome } from './decisions.js';
import { parseEntry, type Entry } from './entry.js';

const stamp = (reference: string) => ({ at: '2010-12-01T08:26:00.000Z', reference });
const aTake = { key: 'o1:take:1', amount: 1999, currency: 'GBP', method: 'sim_ok' };
const aRefund = { key: 'o1:refund:1', takeKey: aTake.key, amount: 500, currency: 'GBP', reason: 'broken' };

/** A provider in memory, with its log. */
function aProvider() {
  const store = new OperationStore();
  const log: Entry[] = [];
  const record = (outcome: Outcome): Outcome => {
    if (outcome.entry) {
      store.apply(outcome.entry);
      log.push(outcome.entry);
    }
    return outcome;
  };
  let references = 0;
  const next = () => stamp(`sim_${++references}`);
  return {
    store,
    log,
    take: (more: Partial<typeof aTake> = {}) => record(take(store, { ...aTake, ...more }, next())),
    refund: (more: Partial<typeof aRefund> = {}) => record(refund(store, { ...aRefund, ...more }, next())),
    void: (key = aTake.key) => record(voidKey(store, key, next())),
    find: (key = aTake.key) => find(store, key),
  };
}

describe('a take', () => {
  it('gets its reference, and the same answer when repeated', () => {
    const provider = aProvider();
    const first = provider.take();
    expect(first).toMatchObject({
      code: 201,
      body: { status: 'taken', reference: 'sim_1', key: 'o1:take:1', amount: 1999, currency: 'GBP' },
    });
    expect(provider.take()).toEqual({ code: 201, body: first.body });
    expect(provider.log).toHaveLength(1);
  });
  it.each([{ amount: 2000 }, { currency: 'EUR' }, { method: 'sim_slow' }])(
    'is refused when its key is reused with %j',
    (other) => {
      const provider = aProvider();
      provider.take();
      expect(provider.take(other)).toMatchObject({ code: 422, body: { status: 'refused', reason: 'key-reused' } });
    },
  );
  it('stays declined with the same key', () => {
    const provider = aProvider();
    const answer = { code: 402, body: { status: 'declined', key: aTake.key, reason: 'card-declined' } };
    expect(provider.take({ method: 'sim_declined' })).toMatchObject(answer);
    expect(provider.take({ method: 'sim_declined' })).toEqual(answer);
  });
  it('is declined for an unknown method, whose name is not logged', () => {
    const provider = aProvider();
    expect(provider.take({ method: '4111111111111111' })).toMatchObject({
      code: 402,
      body: { reason: 'unknown-method' },
    });
    expect(JSON.stringify(provider.log)).not.toContain('4111');
  });
});

describe('a refund', () => {
  it('is made once per key', () => {
    const provider = aProvider();
    provider.take();
    const first = provider.refund();
    expect(first).toMatchObject({
      code: 201,
      body: { status: 'refunded', reference: 'sim_2', takeKey: 'o1:take:1', amount: 500 },
    });
    expect(provider.refund()).toEqual({ code: 201, body: first.body });
    expect(provider.find()).toMatchObject({ code: 200, body: { status: 'taken', refunded: 500 } });
  });
  it('may be up to the full amount', () => {
    const provider = aProvider();
    provider.take();
    provider.refund({ amount: 1500 });
    expect(provider.refund({ key: 'r2', amount: 500 })).toMatchObject({ code: 422, body: { reason: 'exceeds-taken' } });
    expect(provider.refund({ key: 'r2', amount: 499 })).toMatchObject({ code: 201 });
  });
  it('does not change the answer to the take', () => {
    const provider = aProvider();
    const { body } = provider.take();
    provider.refund();
    expect(provider.take().body).toEqual(body);
  });
  it('is refused without a take, and in another currency', () => {
    const provider = aProvider();
    expect(provider.refund()).toMatchObject({ code: 422, body: { reason: 'not-taken' } });
    provider.take();
    expect(provider.refund({ currency: 'EUR' })).toMatchObject({ code: 422, body: { reason: 'other-currency' } });
    expect(provider.refund({ key: aTake.key })).toMatchObject({ code: 422, body: { reason: 'key-reused' } });
  });
});

describe('a voided key', () => {
  it('cannot be taken', () => {
    const provider = aProvider();
    expect(provider.void()).toMatchObject({ code: 200, body: { status: 'voided' } });
    expect(provider.void()).toMatchObject({ code: 200 });
    expect(provider.take()).toEqual({ code: 409, body: { status: 'voided', key: aTake.key } });
    expect(provider.log).toHaveLength(1);
  });
  it('may be a declined key', () => {
    const provider = aProvider();
    provider.take({ method: 'sim_declined' });
    expect(provider.void()).toMatchObject({ code: 200 });
    expect(provider.find()).toMatchObject({ body: { status: 'voided' } });
  });
});

describe('a taken key', () => {
  it('cannot be voided; the answer has the taken amount', () => {
    const provider = aProvider();
    provider.take();
    expect(provider.void()).toMatchObject({ code: 409, body: { status: 'taken', amount: 1999 } });
  });
});

describe('a key that was never used', () => {
  it('is absent', () =>
    expect(aProvider().find('unknown')).toEqual({ code: 404, body: { status: 'absent', key: 'unknown' } }));
});

describe('any operations', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd');
  const amount = fc.integer({ min: 0, max: 30 });
  const method = fc.constantFrom('sim_ok', 'sim_declined');
  const step = fc.oneof(
    fc.record({ do: fc.constant('take' as const), key, amount, method }),
    fc.record({ do: fc.constant('refund' as const), key, amount, takeKey: key }),
    fc.record({ do: fc.constant('void' as const), key }),
  );
  it('refund at most what was taken, and their log gives the same operations', () =>
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const provider = aProvider();
        for (const { do: verb, ...request } of steps) {
          if (verb === 'void') provider.void(request.key);
          else provider[verb](request);
        }
        const reloaded = new OperationStore();
        for (const entry of provider.log) reloaded.apply(parseEntry(JSON.stringify(entry)));
        for (const known of ['a', 'b', 'c', 'd']) {
          expect(reloaded.find(known)).toEqual(provider.store.find(known));
          const operation = reloaded.find(known);
          if (operation?.status === 'taken') expect(operation.refunded).toBeLessThanOrEqual(operation.amount);
        }
      }),
    ));
});
