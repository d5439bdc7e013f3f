import type pg from 'pg';
import { columnsOf, run, statement, transaction } from '../database.js';
import { freshId } from '../ids.js';
import { append, numbered, Says } from '../outbox.js';
import { topics } from '../topics.js';
import { take, type Taken } from './provider.js';

/** Effects a claim, each settled in the transaction of all. */
const most = 500;

const claim = statement(
  'claim_effects',
  `
with ready as (
  select e.id from msg_effects e
  where e.done_at is null and e.due_at <= now() and (e.lease_until is null or e.lease_until < now())
    and not exists (select 1 from msg_effects before where before.key = e.key and before.done_at is null and before.place < e.place)
  order by e.due_at limit $1 for update skip locked)
update msg_effects e set lease_until = now() + interval '30 seconds', lease_token = $2, tries = tries + 1
from ready where e.id = ready.id
returning e.id, e.payload ->> 'orderId' as "orderId", e.key`,
);
const wanted = statement(
  'wanted',
  `select order_id as "orderId", payment_id as "paymentId", due_amount::float8 as amount, due_currency as currency, method
from payments where order_id = any($1::uuid[]) and status = 'requested'`,
);
const lockPayments = statement(
  'lock_payments',
  `select order_id as "orderId" from payments where order_id = any($1::uuid[]) and status = 'requested' order by order_id for update`,
);

const save = statement(
  'save_settlements',
  `
with ${numbered},
done as (update msg_effects e set done_at = now(), lease_until = null from unnest($7::uuid[]) as d(id) where e.id = d.id and e.lease_token = $8 and e.done_at is null),
taken as (update payments p set status = 'taken', captured_amount = due_amount, captured_currency = due_currency, reference = t.reference, taken_at = now(),
    refunded_amount = 0, refunded_currency = due_currency, goodwill_amount = 0, goodwill_currency = due_currency, goodwill_pending_amount = 0, goodwill_pending_currency = due_currency
  from unnest($9::uuid[], $10::text[]) as t(order_id, reference) where p.order_id = t.order_id),
declined as (update payments p set status = 'declined', reason = d.reason, declined_at = now()
  from unnest($11::uuid[], $12::text[]) as d(order_id, reason) where p.order_id = d.order_id),
booked as (insert into ledger_entries (entry_id, order_id, operation, account, amount, currency, cause, at)
  select operation || ' ' || account, order_id, operation, account, amount, currency, cause, now()
  from unnest($13::uuid[], $14::text[], $15::text[], $16::int8[], $17::text[], $18::uuid[]) as l(order_id, operation, account, amount, currency, cause) order by operation, account)
${append}`,
);

interface Claimed {
  readonly id: string;
  readonly orderId: string;
  readonly key: string;
}

interface Wanted {
  readonly orderId: string;
  readonly paymentId: string;
  readonly amount: number;
  readonly currency: string;
  readonly method: string;
}

/** Asks the provider for the money of payments that were committed, and settles what it says. */
export class Takings {
  readonly #token = freshId();
  #rung = false;
  #running: Promise<void> | undefined;

  constructor(
    private readonly pool: pg.Pool,
    private readonly onSettled: () => void,
  ) {}

  /** Payments are wanted. */
  wake(): void {
    this.#rung = true;
    this.#running ??= this.#work();
  }

  async close(): Promise<void> {
    await this.#running;
  }

  async #work(): Promise<void> {
    while (this.#rung) {
      this.#rung = false;
      for (;;) {
        const claimed = await run<Claimed>(this.pool, claim, [most, this.#token]);
        if (claimed.length === 0) break;
        await this.#settle(claimed);
        this.onSettled();
      }
    }
    this.#running = undefined;
  }

  async #settle(claimed: readonly Claimed[]): Promise<void> {
    const payments = new Map(
      (await run<Wanted>(this.pool, wanted, [claimed.map(({ orderId }) => orderId)])).map((row) => [row.orderId, row]),
    );
    const answers = claimed.map((effect) => ({
      effect,
      payment: payments.get(effect.orderId)!,
      taken: take(payments.get(effect.orderId)!.method),
    }));
    await transaction(this.pool, async (client) => {
      const open = new Set(
        (await run<{ orderId: string }>(client, lockPayments, [claimed.map(({ orderId }) => orderId)])).map(
          ({ orderId }) => orderId,
        ),
      );
      await run(
        client,
        save,
        rowsOf(
          answers.filter(({ effect }) => open.has(effect.orderId)),
          claimed,
          this.#token,
        ),
      );
    });
  }
}

function rowsOf(
  answers: readonly { readonly effect: Claimed; readonly payment: Wanted; readonly taken: Taken }[],
  claimed: readonly Claimed[],
  token: string,
): unknown[] {
  const at = new Date().toISOString();
  const says = new Says();
  const taken: unknown[][] = [];
  const declined: unknown[][] = [];
  const ledger: unknown[][] = [];
  for (const {
    effect,
    payment: { orderId, paymentId, amount, currency },
    taken: answer,
  } of answers) {
    if (answer.status === 'declined') {
      declined.push([orderId, answer.reason]);
      says.say(topics.paymentEvents, 'payment.declined', orderId, effect.id, {
        orderId,
        paymentId,
        reason: answer.reason,
        declinedAt: at,
      });
      continue;
    }
    const { reference } = answer;
    taken.push([orderId, reference]);
    ledger.push(
      [orderId, effect.key, 'provider:clearing', amount, currency, effect.id],
      [orderId, effect.key, `customer:${orderId}`, -amount, currency, effect.id],
    );
    says.say(topics.paymentEvents, 'payment.taken', orderId, effect.id, {
      orderId,
      paymentId,
      amount: { amount, currency },
      reference,
      takenAt: at,
    });
  }
  return [
    ...says.columns,
    claimed.map(({ id }) => id),
    token,
    ...columnsOf(taken, 2),
    ...columnsOf(declined, 2),
    ...columnsOf(ledger, 6),
  ];
}
