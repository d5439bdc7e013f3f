import type { JsonSchema } from '@tradewind/messaging/message';

/** What a writer may write into a field and a reader does not accept. */
export interface RejectedValue {
  /** `lines[].quantity`; empty for the message itself. */
  readonly field: string;
  readonly why: string;
}

const upperLimits = ['maximum', 'maxLength', 'maxItems'] as const;
const lowerLimits = ['minimum', 'minLength', 'minItems'] as const;

/**
 * The values that are valid by the writer's schema and not by the reader's. Empty where the reader accepts everything that the writer may
 * write. A reader omits fields that it does not know, unless it says otherwise.
 */
export const rejectedValues = (reader: JsonSchema, writer: JsonSchema, field = ''): RejectedValue[] => [
  ...[
    ...typeChanges(reader, writer),
    ...enumChanges(reader, writer),
    ...textChanges(reader, writer),
    ...limitChanges(reader, writer),
    ...ruleChanges(reader, writer),
  ].map((why) => ({ field, why })),
  ...fieldChanges(reader, writer, field),
  ...(reader.items ? rejectedValues(reader.items, writer.items ?? {}, `${field}[]`) : []),
];

function typeChanges({ type }: JsonSchema, writer: JsonSchema): string[] {
  if (type === undefined || type === writer.type || (type === 'number' && writer.type === 'integer')) return [];
  return [`may be ${writer.type ?? 'of any type'}, and ${type} is accepted`];
}

function enumChanges(reader: JsonSchema, writer: JsonSchema): string[] {
  if (!reader.enum) return [];
  const accepted = `${reader.enum.map(quoted).join(', ')} ${reader.enum.length === 1 ? 'is' : 'are'} accepted`;
  if (!writer.enum) return [`may be any value, and ${accepted}`];
  const others = writer.enum.filter((value) => !reader.enum!.includes(value));
  return others.length === 0 ? [] : [`may be ${others.map(quoted).join(', ')}, and ${accepted}`];
}

const textChanges = (reader: JsonSchema, writer: JsonSchema): string[] =>
  (['pattern', 'format'] as const).flatMap((keyword) =>
    reader[keyword] === undefined || reader[keyword] === writer[keyword]
      ? []
      : [
          `has ${writer[keyword] === undefined ? `no ${keyword}` : `the ${keyword} ${writer[keyword]}`}, and only ${reader[keyword]} is accepted`,
        ],
  );

const limitChanges = (reader: JsonSchema, writer: JsonSchema): string[] => [
  ...upperLimits.flatMap((keyword) => limitChange(keyword, reader[keyword], writer[keyword], Infinity)),
  ...lowerLimits.flatMap((keyword) => limitChange(keyword, reader[keyword], writer[keyword], -Infinity)),
];

function limitChange(
  keyword: string,
  accepted: number | undefined,
  written: number | undefined,
  none: number,
): string[] {
  if (accepted === undefined) return [];
  const isWithin = none > 0 ? (written ?? none) <= accepted : (written ?? none) >= accepted;
  return isWithin
    ? []
    : [`has ${written === undefined ? `no ${keyword}` : `the ${keyword} ${written}`}, and ${accepted} is accepted`];
}

const ruleChanges = (reader: JsonSchema, writer: JsonSchema): string[] =>
  (reader['x-rules'] ?? [])
    .filter((rule) => !writer['x-rules']?.includes(rule))
    .map((rule) => `need not fulfil ${rule}, which is checked`);

function fieldChanges(reader: JsonSchema, writer: JsonSchema, path: string): RejectedValue[] {
  const written = writer.properties ?? {};
  const known = reader.properties ?? {};
  const at = (field: string): string => (path ? `${path}.${field}` : field);
  const missing = (reader.required ?? [])
    .filter((field) => !writer.required?.includes(field))
    .map((field) => ({ field: at(field), why: 'may be missing, and is required' }));
  const unknown =
    reader.additionalProperties === false
      ? Object.keys(written)
          .filter((field) => !(field in known))
          .map((field) => ({ field: at(field), why: 'is new, and no other fields are accepted' }))
      : [];
  const nested = Object.entries(known).flatMap(([field, schema]) => {
    const other = written[field];
    return other ? rejectedValues(schema, other, at(field)) : [];
  });
  return [...missing, ...unknown, ...nested];
}

const quoted = (value: unknown): string => JSON.stringify(value);
