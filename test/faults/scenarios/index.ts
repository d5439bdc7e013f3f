import type { Fault } from '../environment/fault.js';
import { clocksAndOffsets } from './clocks-and-offsets.js';
import { contention } from './contention.js';
import { crashes } from './crash-points.js';
import { groups } from './groups.js';
import { kafka } from './kafka.js';
import { killed } from './killed.js';
import { network } from './network.js';
import { outboxWriters } from './outbox-writers.js';
import { postgres } from './postgres.js';
import { records } from './records.js';
import { relays } from './relay.js';
import { replies } from './replies.js';

/** All faults, by id. Those that leave traces run last on their shop. */
export const faults: readonly Fault[] = [
  killed,
  crashes,
  relays,
  outboxWriters,
  kafka,
  postgres,
  groups,
  records,
  replies,
  contention,
  network,
  clocksAndOffsets,
]
  .flat()
  .sort((a, b) => Number(a.last ?? false) - Number(b.last ?? false) || a.id.localeCompare(b.id));
