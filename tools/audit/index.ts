/** The independent audit: reads databases, topics and the provider's log, and checks the invariants of the shop. */
export { auditWith, runAudit, type AuditOptions } from './audit.js';
export { SourceUnavailable } from './facts/snapshot.js';
export type { InstanceAddress } from './facts/size-facts.js';
export { waitUntilIdle } from './facts/wait-until-idle.js';
export type { Section, SectionId, Violation, ViolationKind } from './invariants/section.js';
export { summarizeViolations, type ViolationSummary } from './invariants/violation-summary.js';
export type { Waiting } from './invariants/waiting-for-operator.js';
export { reportLines, violationsOf, type AuditReport } from './report.js';
export { keepVerdict } from './verdict-file.js';
export { watchLines, watchShop, type ShopWatch, type WatchOptions, type WatchReport } from './watch/watch-shop.js';
