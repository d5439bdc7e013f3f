import type { Topic } from '../message/index.js';
import type { ConsumerState, KafkaClient } from '../ports/index.js';

/**
 * Lets a group start at the ends of the foreign topics that are read from `latest`, when it has never read them. The ends are decided once in
 * the database and committed before the group consumes. So neither a crash between the two, nor another instance, nor offsets
 * that the broker has expired move the start.
 */
export async function startAtLatest(
  state: ConsumerState,
  kafka: KafkaClient,
  group: string,
  topics: readonly Topic[],
): Promise<void> {
  const names = topics.filter(({ foreign }) => foreign?.from === 'latest').map(({ name }) => name);
  if (names.length === 0) return;
  const decided = await state.decidedStarts(group);
  const committed = await kafka.committedOffsets(group, names);
  for (const name of names) {
    const ends = decided.some(({ topic }) => topic === name) ? [] : await kafka.endOffsets([name]);
    const isKnown = committed.some(({ topic }) => topic === name);
    const starts = ends.map(({ topic, partition, end }) => ({ topic, partition, offset: end }));
    // A group that read the topic before it was declared with `latest` has its start.
    if (ends.length > 0 && !isKnown) await state.decideStart(group, name, starts);
  }
  const starts = (await state.decidedStarts(group)).filter(({ topic }) => names.includes(topic));
  await kafka.startAt(group, starts);
}
