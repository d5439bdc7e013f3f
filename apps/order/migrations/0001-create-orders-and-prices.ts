import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
create table orders (
  order_id uuid primary key,
  user_id uuid not null,
  status text not null,
  lines jsonb not null check (jsonb_array_length(lines) > 0),
  total_amount int8 not null check (total_amount >= 0),
  total_currency text not null,
  goodwill_amount int8 not null check (goodwill_amount between 0 and total_amount),
  goodwill_currency text not null,
  payment_method text not null,
  shipping_address text check (shipping_address like 'sealed:1:%'),
  reason text,
  placed_at timestamptz not null,
  confirmed_at timestamptz,
  history jsonb not null check (jsonb_array_length(history) > 0),
  constraint orders_state check (
    (status = 'pending' and num_nonnulls(reason, confirmed_at) = 0)
    or (status = 'confirmed' and confirmed_at is not null and reason is null)
    or (status = 'rejected' and reason in ('out-of-stock', 'payment-declined', 'timed-out') and confirmed_at is null)
    or (status in ('cancelling', 'cancelled') and reason is null))
) with (fillfactor = 70);
create index orders_of_user on orders (user_id, order_id desc);
-- Without the many confirmed orders: those are found on the way through all orders.
create index orders_by_status on orders (status, order_id desc) where status <> 'confirmed';

create table prices (
  product_id uuid primary key,
  name text not null,
  price_amount int8 not null check (price_amount >= 0),
  price_currency text not null,
  archived bool not null,
  sequence int8 not null check (sequence > 0)
) with (fillfactor = 90);

create table webhook_endpoints (
  endpoint_id uuid primary key,
  url text not null,
  events jsonb not null check (jsonb_array_length(events) > 0),
  status text not null check (status in ('enabled', 'disabled')),
  wrapped_secret text not null,
  created_by uuid not null,
  created_at timestamptz not null,
  delivered int8 not null check (delivered >= 0),
  last_delivered_at timestamptz
) with (fillfactor = 50);
create index webhook_endpoints_status on webhook_endpoints (status);
`;

/** Orders with their histories, the service's own copy of product prices, and the endpoints of webhooks. */
export class CreateOrdersAndPrices1760000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table orders, prices, webhook_endpoints');
  }
}
