type Schema = Readonly<Record<string, unknown>>;

const byFormat: Readonly<Record<string, string>> = {
  uuid: '01991234-5678-7000-8000-00000000000a',
  email: 'ann@example.com',
  uri: 'https://shop.example/',
  'date-time': '2026-03-02T10:00:00.000Z',
};

const within = (value: number, { minimum = value, maximum = value }: Schema): number =>
  Math.min(Math.max(value, minimum as number), maximum as number);

/** A valid value of a schema of one value; undefined when a person has to think of one, with `@ApiProperty({ example })`. */
export function exampleOf(schema: Schema): unknown {
  if (Array.isArray(schema['enum'])) return schema['enum'][0] as unknown;
  if (typeof schema['format'] === 'string' && schema['format'] in byFormat) return byFormat[schema['format']];
  if (schema['type'] === 'integer') return within(2, schema);
  if (schema['type'] === 'boolean') return true;
  return undefined;
}
