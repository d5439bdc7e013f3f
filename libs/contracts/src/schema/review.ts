import { breaksOf } from './breaks.js';
import type { MessageSchema } from './json-schema.js';

/** Schemas by the names of their files. */
export type Schemas = ReadonlyMap<string, MessageSchema>;

export interface Review {
  /** What would break a reader or an old record; nothing may be written while there is one. */
  readonly breaks: readonly string[];
  /** The files that do not say what the classes say. */
  readonly outdated: readonly string[];
}

/** Compares the classes with the committed schemas: those of the same version must not break, those of older versions must be there. */
export function review(committed: Schemas, current: Schemas): Review {
  const byType = new Map([...current.values()].map((schema) => [schema['x-type'], schema]));
  const orphans = [...committed.values()].flatMap((old) => {
    const now = byType.get(old['x-type']);
    if (!now)
      return [
        `${old['x-type']}: no class has this type any more, and its records stay on ${old['x-topic']} for ever. Keep the class; who no longer cares for it may ignore it.`,
      ];
    if (old['x-version'] > now['x-version'])
      return [
        `${old['x-type']}: version ${old['x-version']} has been published, and the class says ${now['x-version']}. A version never goes back.`,
      ];
    return [];
  });
  const breaks = [...current].flatMap(([file, now]) => {
    const old = committed.get(file);
    const broken = old ? breaksOf(old, now) : [];
    const faults = [...olderFaults(now, committed), ...broken, ...(broken.length > 0 ? [wayOut(now)] : [])];
    return faults.length > 0
      ? [`${now['x-type']}, version ${now['x-version']}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`]
      : [];
  });
  const outdated = [...current]
    .filter(([file, now]) => JSON.stringify(committed.get(file)) !== JSON.stringify(now))
    .map(([file]) => file);
  return { breaks: [...orphans, ...breaks], outdated };
}

function olderFaults(now: MessageSchema, committed: Schemas): string[] {
  const { 'x-type': type, 'x-version': version, 'x-topic': topic } = now;
  return Array.from({ length: version - 1 }, (_, before) => `${type}.v${before + 1}.json`).flatMap((file) => {
    const old = committed.get(file);
    if (!old) return [`${file} is missing: records of that version may still be read. Get it back from the history.`];
    return old['x-topic'] === topic
      ? []
      : [`topic was ${old['x-topic']} and is ${topic}: a type stays on its topic. Give the message another type.`];
  });
}

function wayOut({ 'x-type': type, 'x-version': version }: MessageSchema): string {
  const next = version + 1;
  return `Records of version ${version} are kept for ever. Say version: ${next} in @Message of ${type}, with upcasts: { ${version}: (old) => ({ ...old, … }) } that makes a version ${next} of it; then run "npm run schemas", and keep a record of it in libs/contracts/records.`;
}
