import type { JsonSchema } from '@tradewind/messaging/message';

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
