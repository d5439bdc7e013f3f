import { breakingChangesOf } from './breaking-changes.js';
import type { MessageSchema } from './json-schema.js';

/** Schemas by file name. */
export type Schemas = ReadonlyMap<string, MessageSchema>;

export interface Review {
  /** Breaking changes. While there is one, no schema may be written. */
  readonly breaks: readonly string[];
  /** Files that differ from the classes. */
  readonly outdated: readonly string[];
}

/** Compares the classes with the committed schemas: the same version must have no breaking change, and older versions must exist. */
export function review(committed: Schemas, current: Schemas): Review {
  const byType = new Map([...current.values()].map((schema) => [schema['x-type'], schema]));
  const orphans = [...committed.values()].flatMap((old) => {
    const now = byType.get(old['x-type']);
    if (!now)
      return [
        `${old['x-type']}: no class has this type any more, but its records stay on ${old['x-topic']}. Keep the class; a service that does not need it may ignore it.`,
      ];
    if (old['x-version'] > now['x-version'])
      return [
        `${old['x-type']}: version ${old['x-version']} is published, but the class has version ${now['x-version']}. A version never decreases.`,
      ];
    return [];
  });
  const breaks = [...current].flatMap(([file, now]) => {
    const old = committed.get(file);
    const changes = old ? breakingChangesOf(old, now) : [];
    const problems = [
      ...problemsOfOlderVersions(now, committed),
      ...changes,
      ...(changes.length > 0 ? [instructionFor(now)] : []),
    ];
    return problems.length > 0
      ? [`${now['x-type']}, version ${now['x-version']}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`]
      : [];
  });
  const outdated = [...current]
    .filter(([file, now]) => JSON.stringify(committed.get(file)) !== JSON.stringify(now))
    .map(([file]) => file);
  return { breaks: [...orphans, ...breaks], outdated };
}

function problemsOfOlderVersions(now: MessageSchema, committed: Schemas): string[] {
  const { 'x-type': type, 'x-version': version, 'x-topic': topic } = now;
  return Array.from({ length: version - 1 }, (_, before) => `${type}.v${before + 1}.json`).flatMap((file) => {
    const old = committed.get(file);
    if (!old)
      return [`${file} is missing: records of that version may still be read. Restore it from the version history.`];
    return old['x-topic'] === topic
      ? []
      : [`topic was ${old['x-topic']} and is ${topic}: a type cannot change its topic. Give the message another type.`];
  });
}

function instructionFor({ 'x-type': type, 'x-version': version }: MessageSchema): string {
  const next = version + 1;
  return `Records of version ${version} are never deleted. Set version: ${next} in @Message of ${type}, with upcasts: { ${version}: (old) => ({ ...old, … }) } that converts it to version ${next}; then run "npm run schemas", and add a record of it to libs/contracts/records.`;
}
