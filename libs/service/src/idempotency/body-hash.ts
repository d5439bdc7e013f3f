import { createHash } from 'node:crypto';

type Json = Record<string, unknown>;

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.toJSON();
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, canonical((value as Json)[name])]),
  );
};

/** The body as JSON that does not depend on the order of fields and on white space. */
export const canonicalJson = (body: unknown): string => JSON.stringify(canonical(body)) ?? '';

/** SHA-256 (hex) of a body without personal data, as canonical JSON. */
export const bodyHash = (body: unknown): string => createHash('sha256').update(canonicalJson(body)).digest('hex');
