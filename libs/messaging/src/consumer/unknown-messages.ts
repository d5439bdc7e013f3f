import type { SkippedRecord } from '../handling/decoded.js';
import type { HandlerKind } from '../handling/handles.js';
import type { ConsumerState, TopicType } from '../ports/index.js';

/** Types that are named, and remembered in the database. A publisher of more types is named by its topic alone. */
const maxTypes = 50;
/** Types that a text names. */
const maxNamed = 5;

/** Counts and names the messages that a consumer group skips because it does not know their type. */
export class UnknownMessages {
  readonly #counts = new Map<string, number>();
  readonly #types = new Map<string, TopicType>();
  #unreplayed: readonly TopicType[] = [];
  #remedies: readonly string[] = [];

  constructor(
    private readonly state: ConsumerState,
    private readonly group: string,
  ) {}

  /** Finds the types that the group skipped before and handles now. */
  async compareWith(kindOf: (type: string) => HandlerKind | undefined): Promise<string | undefined> {
    const skipped = await this.state.skippedTypes(this.group);
    this.#unreplayed = skipped.filter(({ type }) => kindOf(type) !== undefined);
    const replay = `tradewind replay --consumer ${this.group} --from beginning`;
    const policies = [...new Set(this.#unreplayed.map(({ type }) => type))].filter((type) => kindOf(type) === 'policy');
    this.#remedies = [
      ...(policies.length > 0 ? [`${replay} --type ${policies.join(',')}`] : []),
      ...(this.#unreplayed.some(({ type }) => kindOf(type) === 'projection') ? [`${replay} --reprocess`] : []),
    ];
    return this.#unreplayedText;
  }

  /** The type is remembered before the offset of its first message is committed. */
  async skip({ record: { topic }, skipped }: SkippedRecord): Promise<void> {
    if (skipped === 'ignored') return;
    const type = skipped.unknownType;
    const key = `${topic}\n${type}`;
    if (!this.#types.has(key) && this.#types.size < maxTypes) {
      await this.state.recordSkippedType(this.group, { topic, type });
      this.#types.set(key, { topic, type });
    }
    this.#counts.set(topic, (this.#counts.get(topic) ?? 0) + 1);
  }

  /** How many were skipped, by topic. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Texts for an operator; empty while nothing was skipped. */
  get problems(): readonly string[] {
    const skipped = [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
    return [
      ...(skipped > 0
        ? [`consumer ${this.group}: skipped ${skipped} messages of unknown types: ${named([...this.#types.values()])}`]
        : []),
      ...(this.#unreplayedText === undefined ? [] : [this.#unreplayedText]),
    ];
  }

  get #unreplayedText(): string | undefined {
    if (this.#unreplayed.length === 0) return undefined;
    return `consumer ${this.group}: skipped ${named(this.#unreplayed)} before it handled them. When every instance handles them, run "${this.#remedies.join('" and "')}"`;
  }
}

function named(types: readonly TopicType[]): string {
  const names = types.slice(0, maxNamed).map(({ topic, type }) => `${type} (${topic})`);
  return `${names.join(', ')}${types.length > maxNamed ? ` and ${types.length - maxNamed} more` : ''}`;
}
