import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
create table payments (
  order_id uuid primary key,
  payment_id uuid not null constraint payment_id_single unique,
  status text not null check (status in ('requested', 'taken', 'declined', 'refunding', 'refunded', 'void')),
  user_id uuid,
  due_amount int8 check (due_amount >= 0),
  due_currency text,
  method text,
  requested_at timestamptz,
  captured_amount int8,
  captured_currency text,
  reference text,
  taken_at timestamptz,
  refunded_amount int8,
  refunded_currency text,
  goodwill_amount int8,
  goodwill_currency text,
  goodwill_pending_amount int8,
  goodwill_pending_currency text,
  reason text,
  declined_at timestamptz,
  refund_started_at timestamptz,
  refunded_at timestamptz,
  voided_at timestamptz,
  constraint request_is_complete check (status = 'void' or num_nulls(user_id, due_amount, due_currency, method, requested_at) = 0),
  constraint capture_is_complete check (num_nulls(captured_amount, captured_currency, reference, taken_at, refunded_amount, goodwill_amount, goodwill_pending_amount) in (0, 7)),
  constraint capture_fits_status check (case when status in ('taken', 'refunded') then captured_amount is not null when status <> 'refunding' then captured_amount is null else true end),
  constraint refund_within_capture check (0 <= refunded_amount and refunded_amount <= captured_amount),
  constraint goodwill_within_refund check (0 <= goodwill_amount and goodwill_amount <= refunded_amount and 0 <= goodwill_pending_amount and refunded_amount + goodwill_pending_amount <= captured_amount),
  constraint refunded_in_full check (status <> 'refunded' or refunded_amount = captured_amount)
) with (fillfactor = 70);
create index payments_unsettled on payments (requested_at) where status in ('requested', 'refunding');

create table refunds (
  refund_id uuid primary key,
  order_id uuid not null references payments,
  payment_id uuid not null,
  status text not null check (status in ('started', 'given', 'failed')),
  amount_amount int8 not null check (amount_amount > 0),
  amount_currency text not null,
  reason text not null check (reason in ('damaged', 'incomplete', 'late', 'not-as-described', 'other')),
  granted_by uuid not null,
  key_hash text,
  body_hash text,
  started_at timestamptz not null,
  reference text,
  given_at timestamptz,
  failed_at timestamptz
) with (fillfactor = 70);
create index refunds_order on refunds (order_id);

create table refund_requests (
  refund_id uuid primary key,
  payment_id uuid not null,
  order_id uuid not null references payments,
  status text not null,
  amount_amount int8 not null check (amount_amount > 0),
  amount_currency text not null,
  reason text not null check (reason in ('damaged', 'incomplete', 'late', 'not-as-described', 'other')),
  requested_by uuid not null,
  requested_at timestamptz not null,
  expires_at timestamptz not null,
  decided_by uuid,
  decided_at timestamptz,
  constraint refund_requests_state check (
    (status = 'awaiting-approval' and num_nonnulls(decided_by, decided_at) = 0)
    or (status in ('approved', 'rejected') and num_nulls(decided_by, decided_at) = 0)),
  constraint refund_requests_second_person check (status <> 'approved' or decided_by <> requested_by)
);
create index refund_requests_waiting on refund_requests (refund_id) where status = 'awaiting-approval';

create table ledger_entries (
  entry_id text primary key check (entry_id = operation || ' ' || account),
  order_id uuid not null references payments,
  operation text not null,
  account text not null,
  amount int8 not null check (amount <> 0),
  currency text not null,
  cause uuid not null,
  at timestamptz not null
);
create index ledger_entries_order on ledger_entries (order_id);
comment on table ledger_entries is 'append-only';

create function ledger_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is append-only: % on ledger_entries is not allowed', tg_op using errcode = 'restrict_violation';
end $$;
create trigger ledger_append_only before update or delete or truncate on ledger_entries
for each statement execute function ledger_append_only();

create function ledger_balances() returns trigger language plpgsql as $$
begin
  if exists (select from added group by operation, currency having sum(amount) <> 0) then
    raise exception 'the lines of an operation must balance to 0' using errcode = 'check_violation', constraint = 'ledger_balances';
  end if;
  return null;
end $$;
create trigger ledger_balances after insert on ledger_entries
referencing new table as added for each statement execute function ledger_balances();

create table webhook_events (
  event_id text primary key,
  type text not null,
  operation text not null,
  received_at timestamptz not null
);
`;

/** Payments, goodwill refunds, the ledger and recorded webhook events. */
export class CreatePaymentsAndLedger1760000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'drop table webhook_events, ledger_entries, refund_requests, refunds, payments; drop function ledger_balances, ledger_append_only',
    );
  }
}
