import type { Databases, OfService } from '../databases/databases.js';
import { pendingEffects, pendingEffectsOf, type PendingEffect } from '../effects/index.js';

/** The effects of a service that have not ended. */
export class EffectOperations {
  constructor(private readonly databases: Databases) {}

  /** Oldest first. */
  pending(): Promise<OfService<PendingEffect>[]> {
    return pendingEffects(this.databases);
  }

  /** The first pending effects of a key with their payloads, in the order in which they will run. */
  pendingOf(key: string, limit: number): Promise<OfService<PendingEffect & { readonly payload: object }>[]> {
    return pendingEffectsOf(this.databases, key, limit);
  }
}
