import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
create table carts (
  user_id uuid primary key,
  status text not null check (status in ('open', 'forgotten')),
  lines int4 check (lines between 0 and 1000),
  forgotten_at timestamptz
) with (fillfactor = 70);

create table cart_lines (
  line_id text primary key check (line_id = user_id::text || ':' || product_id::text),
  user_id uuid not null,
  product_id uuid not null,
  quantity int4 not null check (quantity > 0),
  unit_price_amount int8 not null check (unit_price_amount >= 0),
  unit_price_currency text not null,
  put_at timestamptz not null,
  returned_from uuid
) with (fillfactor = 70);
create index cart_lines_user on cart_lines (user_id);

create table checkouts (
  order_id uuid primary key,
  user_id uuid not null,
  status text not null check (status in ('checked-out', 'placed', 'confirmed', 'rejected', 'cancelled')),
  total_amount int8 not null check (total_amount >= 0),
  total_currency text not null,
  key_hash text not null,
  body_hash text not null,
  checked_out_at timestamptz not null,
  sequence int8 not null
) with (fillfactor = 70);

create table products (
  product_id uuid primary key,
  name text not null,
  price_amount int8 not null check (price_amount >= 0),
  price_currency text not null,
  archived bool not null,
  at_least int4 not null check (at_least >= 0),
  sequence int8 not null
) with (fillfactor = 70);
`;

/** Carts and their lines, checkouts, and the service's own copy of product prices. */
export class CreateCarts1760000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table products, checkouts, cart_lines, carts');
  }
}
