/** As much of JSON Schema (draft 2020-12) as messages are described with. */
export interface JsonSchema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: 'date-time' | 'uri';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** A version of a message. Where its records lie and what orders them are as much a promise as its fields. */
export interface MessageSchema extends JsonSchema {
  readonly $schema: 'https://json-schema.org/draft/2020-12/schema';
  readonly $id: `urn:tradewind:${string}:${number}`;
  readonly title: string;
  readonly 'x-type': string;
  readonly 'x-version': number;
  readonly 'x-topic': string;
  readonly 'x-key': string;
  /** The record has no value: the fields are what its key says. */
  readonly 'x-tombstone'?: true;
}
