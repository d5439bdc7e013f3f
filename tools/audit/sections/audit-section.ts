import type { DatabaseService } from '../../services.js';
import type { OrdersAndWaiting, ShopFacts } from '../facts/shop-facts.js';
import { SourceUnavailable, type Snapshot } from '../facts/snapshot.js';
import type { Section, SectionId } from '../invariants/section.js';

/** The snapshots of the services that a section needs. */
export type Snapshots<N extends DatabaseService = DatabaseService> = Readonly<Record<N, Snapshot>>;

interface Declaration<N extends DatabaseService, F> {
  readonly id: SectionId;
  /** The services whose databases `gather` reads. */
  readonly needs: readonly N[];
  /** Reads the section's own facts. */
  readonly gather: (snapshots: Snapshots<N>, shop: OrdersAndWaiting, log: (line: string) => void) => Promise<F>;
  /** Judges them. Runs when everything has been read. */
  readonly check: (facts: F, shop: ShopFacts) => Section;
  /** What the report says besides: for example that a source did not answer. */
  readonly remarks?: (facts: F) => string[];
}

/** A section whose own facts are read. */
export interface GatheredSection {
  check(shop: ShopFacts): Section;
  readonly remarks: readonly string[];
}

/** One invariant of the audit. A service that brings an invariant declares a section with the services that it needs. */
export interface AuditSection {
  readonly id: SectionId;
  readonly needs: readonly DatabaseService[];
  gather(
    snapshots: ReadonlyMap<DatabaseService, Snapshot>,
    shop: OrdersAndWaiting,
    log: (line: string) => void,
  ): Promise<GatheredSection>;
}

export const section = <N extends DatabaseService, F>({
  id,
  needs,
  gather,
  check,
  remarks,
}: Declaration<N, F>): AuditSection => ({
  id,
  needs,
  gather: async (snapshots, shop, log) => {
    const facts = await gather(snapshotsFor(`section ${id}`, needs, snapshots), shop, log);
    return { check: (all) => check(facts, all), remarks: remarks?.(facts) ?? [] };
  },
});

/** Throws SourceUnavailable that names the reader and the services without a database. */
export function snapshotsFor<N extends DatabaseService>(
  reader: string,
  needs: readonly N[],
  snapshots: ReadonlyMap<DatabaseService, Snapshot>,
): Snapshots<N> {
  const missing = needs.filter((service) => !snapshots.has(service));
  if (missing.length > 0)
    throw new SourceUnavailable(
      `${reader} of the audit needs the database of ${missing.join(' and of ')}, whose address was not given`,
    );
  return Object.fromEntries(needs.map((service) => [service, snapshots.get(service)!])) as Record<N, Snapshot>;
}
