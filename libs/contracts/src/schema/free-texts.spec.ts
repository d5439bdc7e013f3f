import { describe, expect, it } from '@jest/globals';
import { contracts } from '../index.js';
import type { JsonSchema } from '@tradewind/messaging/message';
import { schemaOf } from './schema-of.js';

/** Texts that are not about a person, and why. Any other text is a code (`IsIn`), or sealed. */
const notPersonal: Readonly<Record<string, string>> = {
  sku: 'names an article',
  name: 'of a product; the name of a person is sealed',
  kid: 'an id that the user service makes',
  publicKey: 'a public key',
  signature: 'of the root key, over a signing key',
  wrappedKey: 'an encrypted key',
  instanceId: 'a setting of the operator',
  service: 'a setting of the operator',
  method: "a token of the provider's payment methods",
  paymentMethod: "a token of the provider's payment methods",
  reference: 'an id that the provider makes',
};

/** The free texts of a schema, with their paths. */
function freeTexts({ properties = {}, items, pattern }: JsonSchema, path: readonly string[] = []): string[][] {
  const own = pattern === '^[^\\u0000]*$' ? [[...path]] : [];
  return [
    ...own,
    ...(items ? freeTexts(items, path) : []),
    ...Object.entries(properties).flatMap(([name, schema]) => freeTexts(schema, [...path, name])),
  ];
}

describe.each(contracts.classes.map((cls) => [cls.name, schemaOf(cls)] as const))('the message %s', (_, schema) => {
  it('has no free text that could be about a person: seal it, or make it a code', () =>
    expect(freeTexts(schema).filter((path) => !(path.at(-1)! in notPersonal))).toEqual([]));
});
