/** The part of JSON Schema (draft 2020-12) that message schemas use. */
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

/** One version of a message. Its topic and key are part of the contract, like its fields. */
export interface MessageSchema extends JsonSchema {
  readonly $schema: 'https://json-schema.org/draft/2020-12/schema';
  readonly $id: `urn:tradewind:${string}:${number}`;
  readonly title: string;
  readonly 'x-type': string;
  readonly 'x-version': number;
  readonly 'x-topic': string;
  readonly 'x-key': string;
  /** The record has no value: the key is the only field. */
  readonly 'x-tombstone'?: true;
}
