import type { Acceptance } from '../invariants/accepted-order.js';
import { CompactTable, ids, integers, names, texts } from './compact-table.js';
import type { Snapshot } from './snapshot.js';

const checkouts = `
select order_id::text as "orderId", user_id::text as "userId", key_hash as "keyHash", total_amount as total, 'cart' as by from checkouts`;

export const gatherCheckouts = (snapshot: Snapshot): Promise<Iterable<Acceptance>> =>
  gatherAcceptances(snapshot, checkouts);

export async function gatherAcceptances(snapshot: Snapshot, sql: string): Promise<Iterable<Acceptance>> {
  const found = new CompactTable<Acceptance>({
    orderId: ids(),
    userId: ids(),
    keyHash: texts(),
    by: names(),
    total: integers(),
  });
  for await (const row of snapshot.stream<Acceptance>(sql)) found.add(row);
  return found;
}
