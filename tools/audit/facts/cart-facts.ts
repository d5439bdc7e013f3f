import type { Acceptance } from '../invariants/accepted-order.js';
import type { Snapshot } from './snapshot.js';

const checkouts = `
select order_id::text as "orderId", user_id::text as "userId", key_hash as "keyHash", total_amount::float8 as total, 'cart' as by from checkouts`;

export const gatherCheckouts = (snapshot: Snapshot): Promise<Acceptance[]> => snapshot.rows<Acceptance>(checkouts);
