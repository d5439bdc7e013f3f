import type { AuditSection } from './audit-section.js';
import { actionLog } from './action-log.section.js';
import { acceptance } from './acceptance.section.js';
import { bounds } from './bounds.section.js';
import { effectsOnce } from './effects-once.section.js';
import { events } from './events.section.js';
import { keyOrder } from './key-order.section.js';
import { liveness } from './liveness.section.js';
import { money } from './money.section.js';
import { sagas } from './sagas.section.js';
import { stock } from './stock.section.js';

/** The sections of the audit, in the order of the report. */
export const auditSections: readonly AuditSection[] = [
  money,
  stock,
  liveness,
  acceptance,
  events,
  keyOrder,
  effectsOnce,
  sagas,
  actionLog,
  bounds,
];
