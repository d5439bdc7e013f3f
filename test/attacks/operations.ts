import type { Client } from '../journeys/api/client.js';

type Json = Record<string, unknown>;

export interface Operation {
  readonly method: string;
  /** `/orders/{id}` */
  readonly path: string;
  /** Who may call it. */
  readonly callers: 'everybody' | 'customers' | 'staff';
  /** A body with the examples of the document, if it has a JSON body that is an object. */
  readonly body: Json | undefined;
  /** The fields that the body may have, also those that are not in `body`. */
  readonly fields: ReadonlySet<string>;
  readonly needsKey: boolean;
}

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly type?: string;
  readonly format?: string;
  readonly example?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

interface Described {
  readonly security?: readonly object[];
  /** What a role must have. */
  readonly 'x-permission'?: string;
  readonly parameters?: readonly { readonly name: string; readonly required?: boolean }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

function resolved(schema: Schema, document: Document): Schema {
  const name = (schema.$ref ?? schema.allOf?.[0]?.$ref)?.split('/').at(-1);
  return name === undefined ? schema : resolved(document.components.schemas[name]!, document);
}

/** A value of the schema, from its examples. */
function exampleOf(referred: Schema, document: Document): unknown {
  const schema = resolved(referred, document);
  if (schema.example !== undefined) return schema.example;
  if (schema.enum) return schema.enum[0];
  if (schema.type === 'array') return schema.items ? [exampleOf(schema.items, document)] : [];
  if (schema.type === 'object' || schema.properties)
    return Object.fromEntries(
      (schema.required ?? []).map((field) => [field, exampleOf(schema.properties![field]!, document)]),
    );
  if (schema.type === 'boolean') return true;
  if (schema.type === 'integer' || schema.type === 'number') return Math.max(1, schema.minimum ?? 1);
  return schema.format === 'uuid' ? '01991234-5678-7000-8000-00000000000a' : 'text';
}

const isPublic = (security: readonly object[] | undefined): boolean =>
  security?.some((alternative) => Object.keys(alternative).length === 0) ?? false;

/** Every operation of the document that the gateway serves. */
export async function readOperations(anonymous: Client): Promise<Operation[]> {
  const { body: document } = await anonymous.get<Document>('/docs-json');
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, described]): Operation => {
      const { security, parameters = [], requestBody } = described;
      const schema = requestBody?.content['application/json']?.schema;
      const body = schema && exampleOf(schema, document);
      return {
        method: method.toUpperCase(),
        path,
        callers: isPublic(security) ? 'everybody' : described['x-permission'] ? 'staff' : 'customers',
        body: typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Json) : undefined,
        fields: new Set(Object.keys((schema && resolved(schema, document).properties) ?? {})),
        needsKey: parameters.some(({ name, required }) => name === 'Idempotency-Key' && required === true),
      };
    }),
  );
}
