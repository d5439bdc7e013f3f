import type { JsonSchema } from '@tradewind/messaging/message';
import type { MessageSchema } from './json-schema.js';

/** A lower value of these limits is a breaking change. */
const upperLimits = ['maximum', 'maxLength', 'maxItems'] as const;
/** A higher value of these limits is a breaking change. */
const lowerLimits = ['minimum', 'minLength', 'minItems'] as const;
const identity = ['x-type', 'x-topic', 'x-key', 'x-tombstone'] as const;

/**
 * The changes that make a valid record of the old schema invalid in the new one, or move it to another topic or key. Empty if there
 * are none; a less strict rule is not a breaking change. Both schemas are of the same version of one message.
 */
export const breakingChangesOf = (old: MessageSchema, now: MessageSchema): string[] => [
  ...identity.flatMap((keyword) =>
    old[keyword] === now[keyword]
      ? []
      : [`${keyword.slice(2)} was ${quoted(old[keyword])} and is ${quoted(now[keyword])}`],
  ),
  ...fieldChanges(old, now, ''),
];

function fieldChanges(old: JsonSchema, now: JsonSchema, path: string): string[] {
  const here = path || 'the message';
  return [
    ...typeChanges(old, now),
    ...enumChanges(old, now),
    ...(['pattern', 'format'] as const).flatMap((keyword) =>
      now[keyword] === undefined || old[keyword] === now[keyword]
        ? []
        : [`${keyword} was ${quoted(old[keyword])} and is ${quoted(now[keyword])}`],
    ),
    ...upperLimits.flatMap((keyword) =>
      (now[keyword] ?? Infinity) < (old[keyword] ?? Infinity)
        ? [`${keyword} was ${quoted(old[keyword])} and is ${quoted(now[keyword])}`]
        : [],
    ),
    ...lowerLimits.flatMap((keyword) =>
      (now[keyword] ?? -Infinity) > (old[keyword] ?? -Infinity)
        ? [`${keyword} was ${quoted(old[keyword])} and is ${quoted(now[keyword])}`]
        : [],
    ),
    ...(now.additionalProperties === false && old.additionalProperties !== false
      ? ['other fields are no longer allowed']
      : []),
  ]
    .map((change) => `${here}: ${change}`)
    .concat(requiredChanges(old, now, path), nestedChanges(old, now, path));
}

const typeChanges = (old: JsonSchema, now: JsonSchema): string[] =>
  now.type === undefined || old.type === now.type ? [] : [`type was ${quoted(old.type)} and is ${now.type}`];

function enumChanges(old: JsonSchema, now: JsonSchema): string[] {
  if (!now.enum) return [];
  if (!old.enum) return [`only ${quoted(now.enum)} are allowed now`];
  return old.enum.filter((value) => !now.enum!.includes(value)).map((value) => `${quoted(value)} is no longer allowed`);
}

function requiredChanges(old: JsonSchema, now: JsonSchema, path: string): string[] {
  const required = now.required ?? [];
  const gone = (old.required ?? []).filter((field) => !(field in (now.properties ?? {})));
  const demanded = required.filter((field) => !old.required?.includes(field));
  return [
    ...gone.map((field) => `${at(path, field)}: is gone (removed or renamed)`),
    ...demanded.map(
      (field) =>
        `${at(path, field)}: ${field in (old.properties ?? {}) ? 'was optional and is required' : 'is new and required'}`,
    ),
  ];
}

function nestedChanges(old: JsonSchema, now: JsonSchema, path: string): string[] {
  const fields = Object.entries(old.properties ?? {}).flatMap(([field, before]) => {
    const after = now.properties?.[field];
    return after ? fieldChanges(before, after, at(path, field)) : [];
  });
  if (!now.items) return fields;
  return [...fields, ...fieldChanges(old.items ?? {}, now.items, `${path}[]`)];
}

const at = (path: string, field: string): string => (path ? `${path}.${field}` : field);
const quoted = (value: unknown): string => (value === undefined ? 'not set' : JSON.stringify(value));
