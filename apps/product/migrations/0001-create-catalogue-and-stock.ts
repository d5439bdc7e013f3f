import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
create table products (
  product_id uuid primary key,
  sku text not null,
  sku_key text collate "C" not null constraint sku_taken unique constraint sku_normal check (sku_key = lower(replace(sku, ' ', '') collate "C")),
  name text not null,
  name_key text collate "C" not null,
  price_amount int8 not null check (price_amount >= 0),
  price_currency text not null,
  added_at timestamptz not null,
  archived_at timestamptz,
  search_words text not null,
  words tsvector not null generated always as (array_to_tsvector(string_to_array(search_words, ' '))) stored
) with (fillfactor = 90);
create index products_words on products using gin (words) with (fastupdate = off);
create index products_by_sku on products (sku_key, product_id) where archived_at is null;
create index products_by_name on products (name_key, product_id) where archived_at is null;
create index products_by_price on products (price_amount, product_id) where archived_at is null;
create index products_by_age on products (product_id) where archived_at is null;
create index products_archived on products (product_id) where archived_at is not null;

create table stock_levels (
  product_id uuid primary key references products,
  available int8 not null check (available >= 0),
  reserved int8 not null check (reserved >= 0),
  sold int8 not null check (sold >= 0),
  initial int8 not null check (initial >= 0),
  adjusted int8 not null,
  changes int8 not null check (changes > 0),
  constraint no_piece_lost check (available + reserved + sold = initial + adjusted)
) with (fillfactor = 70);

create table stock_changes (
  product_id uuid,
  number int8,
  cause text not null check (cause in ('added', 'adjusted', 'reserved', 'released', 'taken-back')),
  delta int8 not null,
  available int8 not null check (available >= 0),
  at timestamptz not null,
  order_id uuid,
  reason text,
  adjusted_by uuid,
  primary key (product_id, number)
);
comment on table stock_changes is 'append-only';

create table reservations (
  order_id uuid primary key,
  status text not null check (status in ('reserved', 'refused', 'released', 'sold', 'taken-back')),
  lines jsonb,
  shortages jsonb,
  reserved_at timestamptz,
  refused_at timestamptz,
  released_at timestamptz,
  sold_at timestamptz,
  taken_back_at timestamptz
) with (fillfactor = 70);
create index reservations_open on reservations (reserved_at) where status = 'reserved';
`;

/** Products, their stock levels, and reservations of orders. */
export class CreateCatalogueAndStock1760000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table reservations, stock_changes, stock_levels, products');
  }
}
