import { createRequire } from 'node:module';
import { Ajv, type AnySchemaObject } from 'ajv';

const schema = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0-without-$id.json') as AnySchemaObject;
const validate = new Ajv({ strict: false, logger: false, validateFormats: false }).compile(schema);

/** What AsyncAPI's own JSON Schema finds wrong with a document. */
export const faultsOf = (document: unknown): readonly unknown[] => (validate(document) ? [] : (validate.errors ?? []));
