import type { JsonSchema, MessageSchema } from './json-schema.js';

/** Where the first value is a limit, a rule that says less than this lets more through. */
const upperLimits = ['maximum', 'maxLength', 'maxItems'] as const;
const lowerLimits = ['minimum', 'minLength', 'minItems'] as const;
const identity = ['x-type', 'x-topic', 'x-key', 'x-tombstone'] as const;

/**
 * What a message of the old schema, or whoever finds its records by topic and key, would stumble over in the new one; empty when
 * everything that was sound still is. A wider rule is no break. Both are the same version of one message.
 */
export const breaksOf = (old: MessageSchema, now: MessageSchema): string[] => [
  ...identity.flatMap((word) =>
    old[word] === now[word] ? [] : [`${word.slice(2)} was ${told(old[word])} and is ${told(now[word])}`],
  ),
  ...fieldBreaks(old, now, ''),
];

function fieldBreaks(old: JsonSchema, now: JsonSchema, path: string): string[] {
  const here = path || 'the message';
  return [
    ...typeBreaks(old, now),
    ...enumBreaks(old, now),
    ...(['pattern', 'format'] as const).flatMap((word) =>
      now[word] === undefined || old[word] === now[word]
        ? []
        : [`${word} was ${told(old[word])} and is ${told(now[word])}`],
    ),
    ...upperLimits.flatMap((word) =>
      (now[word] ?? Infinity) < (old[word] ?? Infinity)
        ? [`${word} was ${told(old[word])} and is ${told(now[word])}`]
        : [],
    ),
    ...lowerLimits.flatMap((word) =>
      (now[word] ?? -Infinity) > (old[word] ?? -Infinity)
        ? [`${word} was ${told(old[word])} and is ${told(now[word])}`]
        : [],
    ),
    ...(now.additionalProperties === false && old.additionalProperties !== false
      ? ['other fields are no longer allowed']
      : []),
  ]
    .map((broken) => `${here}: ${broken}`)
    .concat(requiredBreaks(old, now, path), insideBreaks(old, now, path));
}

const typeBreaks = (old: JsonSchema, now: JsonSchema): string[] =>
  now.type === undefined || old.type === now.type ? [] : [`type was ${told(old.type)} and is ${now.type}`];

function enumBreaks(old: JsonSchema, now: JsonSchema): string[] {
  if (!now.enum) return [];
  if (!old.enum) return [`only ${told(now.enum)} are allowed now`];
  return old.enum.filter((value) => !now.enum!.includes(value)).map((value) => `${told(value)} is no longer allowed`);
}

function requiredBreaks(old: JsonSchema, now: JsonSchema, path: string): string[] {
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

function insideBreaks(old: JsonSchema, now: JsonSchema, path: string): string[] {
  const fields = Object.entries(old.properties ?? {}).flatMap(([field, before]) => {
    const after = now.properties?.[field];
    return after ? fieldBreaks(before, after, at(path, field)) : [];
  });
  if (!now.items) return fields;
  return [...fields, ...fieldBreaks(old.items ?? {}, now.items, `${path}[]`)];
}

const at = (path: string, field: string): string => (path ? `${path}.${field}` : field);
const told = (value: unknown): string => (value === undefined ? 'not set' : JSON.stringify(value));
