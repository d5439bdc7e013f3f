import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Book } from './book.js';
import { find, refund, take, voidKey, type Outcome } from './decisions.js';
import { parseEntry, type Entry } from './entry.js';

const stamp = (reference: string) => ({ at: '2010-12-01T08:26:00.000Z', reference });
const aTake = { key: 'o1:take:1', amount: 1999, currency: 'GBP', method: 'sim_ok' };
const aRefund = { key: 'o1:refund:1', takeKey: aTake.key, amount: 500, currency: 'GBP', reason: 'broken' };

/** A book, and its log as it would be written. */
function aBook() {
  const book = new Book();
  const log: Entry[] = [];
  const note = (outcome: Outcome): Outcome => {
    if (outcome.entry) {
      book.apply(outcome.entry);
      log.push(outcome.entry);
    }
    return outcome;
  };
  let references = 0;
  const next = () => stamp(`sim_${++references}`);
  return {
    book,
    log,
    take: (more: Partial<typeof aTake> = {}) => note(take(book, { ...aTake, ...more }, next())),
    refund: (more: Partial<typeof aRefund> = {}) => note(refund(book, { ...aRefund, ...more }, next())),
    void: (key = aTake.key) => note(voidKey(book, key, next())),
    find: (key = aTake.key) => find(book, key),
  };
}

describe('a take', () => {
  it('is answered with its reference, and the same again', () => {
    const desk = aBook();
    const first = desk.take();
    expect(first).toMatchObject({
      code: 201,
      body: { status: 'taken', reference: 'sim_1', key: 'o1:take:1', amount: 1999, currency: 'GBP' },
    });
    expect(desk.take()).toEqual({ code: 201, body: first.body });
    expect(desk.log).toHaveLength(1);
  });
  it.each([{ amount: 2000 }, { currency: 'EUR' }, { method: 'sim_slow' }])(
    'is refused when its key comes back with %j',
    (other) => {
      const desk = aBook();
      desk.take();
      expect(desk.take(other)).toMatchObject({ code: 422, body: { status: 'refused', reason: 'key-reused' } });
    },
  );
  it('is declined for ever under one key', () => {
    const desk = aBook();
    const answer = { code: 402, body: { status: 'declined', key: aTake.key, reason: 'card-declined' } };
    expect(desk.take({ method: 'sim_declined' })).toMatchObject(answer);
    expect(desk.take({ method: 'sim_declined' })).toEqual(answer);
  });
  it('is declined by a method that nobody knows, whose name is kept nowhere', () => {
    const desk = aBook();
    expect(desk.take({ method: '4111111111111111' })).toMatchObject({ code: 402, body: { reason: 'unknown-method' } });
    expect(JSON.stringify(desk.log)).not.toContain('4111');
  });
});

describe('a refund', () => {
  it('is single by its own key', () => {
    const desk = aBook();
    desk.take();
    const first = desk.refund();
    expect(first).toMatchObject({
      code: 201,
      body: { status: 'refunded', reference: 'sim_2', takeKey: 'o1:take:1', amount: 500 },
    });
    expect(desk.refund()).toEqual({ code: 201, body: first.body });
    expect(desk.find()).toMatchObject({ code: 200, body: { status: 'taken', refunded: 500 } });
  });
  it('gives back all, and not a penny more', () => {
    const desk = aBook();
    desk.take();
    desk.refund({ amount: 1500 });
    expect(desk.refund({ key: 'r2', amount: 500 })).toMatchObject({ code: 422, body: { reason: 'exceeds-taken' } });
    expect(desk.refund({ key: 'r2', amount: 499 })).toMatchObject({ code: 201 });
  });
  it('leaves the answer to the take as it was', () => {
    const desk = aBook();
    const { body } = desk.take();
    desk.refund();
    expect(desk.take().body).toEqual(body);
  });
  it('is refused where nothing was taken, and in another currency', () => {
    const desk = aBook();
    expect(desk.refund()).toMatchObject({ code: 422, body: { reason: 'not-taken' } });
    desk.take();
    expect(desk.refund({ currency: 'EUR' })).toMatchObject({ code: 422, body: { reason: 'other-currency' } });
    expect(desk.refund({ key: aTake.key })).toMatchObject({ code: 422, body: { reason: 'key-reused' } });
  });
});

describe('a voided key', () => {
  it('can never be taken', () => {
    const desk = aBook();
    expect(desk.void()).toMatchObject({ code: 200, body: { status: 'voided' } });
    expect(desk.void()).toMatchObject({ code: 200 });
    expect(desk.take()).toEqual({ code: 409, body: { status: 'voided', key: aTake.key } });
    expect(desk.log).toHaveLength(1);
  });
  it('may have been declined before', () => {
    const desk = aBook();
    desk.take({ method: 'sim_declined' });
    expect(desk.void()).toMatchObject({ code: 200 });
    expect(desk.find()).toMatchObject({ body: { status: 'voided' } });
  });
});

describe('a taken key', () => {
  it('is not voided, and the answer shows what was taken', () => {
    const desk = aBook();
    desk.take();
    expect(desk.void()).toMatchObject({ code: 409, body: { status: 'taken', amount: 1999 } });
  });
});

describe('a key that was never used', () => {
  it('is absent', () =>
    expect(aBook().find('nobody')).toEqual({ code: 404, body: { status: 'absent', key: 'nobody' } }));
});

describe('any run of operations', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd');
  const amount = fc.integer({ min: 0, max: 30 });
  const method = fc.constantFrom('sim_ok', 'sim_declined');
  const step = fc.oneof(
    fc.record({ do: fc.constant('take' as const), key, amount, method }),
    fc.record({ do: fc.constant('refund' as const), key, amount, takeKey: key }),
    fc.record({ do: fc.constant('void' as const), key }),
  );
  it('gives back at most what was taken, and its log folds to the same book', () =>
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const desk = aBook();
        for (const { do: verb, ...request } of steps) {
          if (verb === 'void') desk.void(request.key);
          else desk[verb](request);
        }
        const again = new Book();
        for (const entry of desk.log) again.apply(parseEntry(JSON.stringify(entry)));
        for (const known of ['a', 'b', 'c', 'd']) {
          expect(again.find(known)).toEqual(desk.book.find(known));
          const operation = again.find(known);
          if (operation?.status === 'taken') expect(operation.refunded).toBeLessThanOrEqual(operation.amount);
        }
      }),
    ));
});
