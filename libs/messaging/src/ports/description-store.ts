/** What the instances of a service are, in its database: one description for each version that runs or ran. */
export interface DescriptionStore {
  /** Keeps a description, JSON, under its hash, and renews the time at which an instance of that version was seen. Prunes the oldest. */
  keep(hash: string, description: object): Promise<void>;
}
