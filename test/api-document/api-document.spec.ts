import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { getMetadataStorage } from 'class-validator';
import { undescribedRules } from '@tradewind/service/api-document';
import { callsWithKeys } from '../../apps/gateway/src/domain/retry.js';
import { serviceParts } from '../services/index.js';
import { serviceDocuments } from './documents.fixture.spec.js';

type Json = Record<string, unknown>;
type Schema = Json & { properties?: Record<string, Schema>; required?: string[] };

interface Operation {
  readonly route: string;
  readonly description?: string;
  readonly document: OpenAPIObject;
  readonly parameters: readonly { name: string; in: string; required?: boolean; schema: Schema }[];
  readonly requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> };
  readonly responses: Record<
    string,
    { description: string; links?: object; content?: Record<string, { schema: Schema }> }
  >;
  readonly security?: readonly object[];
  readonly 'x-permission'?: string;
}

const documents = await serviceDocuments();
const operations: Operation[] = Object.values(documents).flatMap((document) =>
  Object.entries(document.paths)
    .filter(([path]) => !/^\/(healthz|readyz|metrics)$/.test(path))
    .flatMap(([path, item]) =>
      Object.entries(item).map(([method, described]) => {
        const operation = described as Omit<Operation, 'route' | 'document'>;
        return {
          ...operation,
          parameters: operation.parameters ?? [],
          route: `${method.toUpperCase()} ${path}`,
          document,
        };
      }),
    ),
);

const schemaOf = (document: OpenAPIObject, name: string): Schema | undefined =>
  document.components?.schemas?.[name] as Schema | undefined;

/** Every schema below a part of a document with the path to it, through references. */
function* schemasIn(
  document: OpenAPIObject,
  value: unknown,
  path: string,
  seen = new Set<string>(),
): Generator<[string, Schema]> {
  if (typeof value !== 'object' || value === null) return;
  const node = value as Schema;
  const ref = node['$ref'];
  if (typeof ref === 'string') {
    const name = ref.slice(ref.lastIndexOf('/') + 1);
    if (!seen.has(name)) yield* schemasIn(document, schemaOf(document, name), name, seen.add(name));
    return;
  }
  if (typeof node['type'] === 'string') yield [path, node];
  for (const [key, inner] of Object.entries(node)) yield* schemasIn(document, inner, `${path}.${key}`, seen);
}

const found = (
  part: (operation: Operation) => unknown,
  violates: (schema: Schema, path: string) => boolean,
): string[] =>
  operations.flatMap((operation) =>
    [...schemasIn(operation.document, part(operation), operation.route)]
      .filter(([path, schema]) => violates(schema, path))
      .map(([path]) => `${operation.route}: ${path}`),
  );

const requests = ({ parameters, requestBody }: Operation): unknown => ({
  parameters: parameters.filter((parameter) => parameter.in !== 'header'), // any value of Prefer is accepted
  requestBody,
});
/** The form of a text without any rule. */
const anyText = '^[^\\u0000]*$';
const isText = ({ type, enum: values }: Schema): boolean => type === 'string' && values === undefined;

describe('the OpenAPI document of each service', () => {
  it('has an object without other fields for every body, or says that it may have them', () =>
    expect(
      found(
        ({ requestBody }) => requestBody,
        (schema) => schema.type === 'object' && typeof schema['additionalProperties'] !== 'boolean',
      ),
    ).toEqual([]));
  it('requires the body wherever there is one, but for a deletion', () =>
    expect(
      operations.filter(({ requestBody }) => requestBody && requestBody.required !== true).map(({ route }) => route),
    ).toEqual(['DELETE /users/me']));
  it('has whole numbers only', () =>
    expect(
      found(
        (operation) => operation,
        ({ type, format }) => type === 'number' && format === undefined,
      ),
    ).toEqual([]));
  it('gives the form of every text of a request: what a generator makes of it is accepted', () =>
    expect(
      found(requests, (schema) => isText(schema) && schema['pattern'] === undefined && schema['format'] === undefined),
    ).toEqual([]));
  it('has patterns that programs in other languages can read and fill', () =>
    expect(
      found(
        (operation) => operation,
        ({ pattern }) => typeof pattern === 'string' && /\(\?|\\[pPdDwWsSbB]/.test(pattern),
      ),
    ).toEqual([]));
  it('gives the form of every cursor and the values of every sort', () =>
    expect(
      operations.flatMap(({ route, parameters }) =>
        parameters.flatMap(({ name, in: place, schema }) =>
          place === 'query' &&
          ((name === 'cursor' && [undefined, anyText].includes(schema['pattern'] as string)) ||
            (name === 'sort' && !Array.isArray(schema['enum'])))
            ? [`${route}: ${name}`]
            : [],
        ),
      ),
    ).toEqual([]));
  it('has a valid example or a value of an enumeration for every text of a body', () =>
    expect(
      found(
        ({ requestBody }) => requestBody,
        (schema) =>
          isText(schema) &&
          !(
            typeof schema['example'] === 'string' &&
            new RegExp((schema['pattern'] as string | undefined) ?? '').test(schema['example'])
          ),
      ),
    ).toEqual([]));
  it('describes the rejections of every operation as problems', () => {
    for (const { route, responses, requestBody, parameters, security } of operations) {
      const isPublic = security?.some((alternative) => Object.keys(alternative).length === 0) ?? false;
      const expected = [
        ...(requestBody || parameters.length > 0 ? ['400'] : []),
        ...(isPublic ? [] : ['401']),
        ...(parameters.some((parameter) => parameter.in === 'path') ? ['404'] : []),
        ...(requestBody ? ['413', '415'] : []),
        '503',
        'default',
      ];
      expect({ route, responses: Object.keys(responses) }).toEqual({
        route,
        responses: expect.arrayContaining(expected),
      });
      for (const [status, { description, content }] of Object.entries(responses)) {
        expect({ route, status, description }).not.toMatchObject({ description: '' });
        if (!/^[45d]/.test(status)) continue;
        expect({ route, status, content }).toMatchObject({
          content: {
            'application/problem+json': {
              schema: { $ref: '#/components/schemas/Problem' },
              example: { type: expect.stringMatching(/^\/problems\//), status: expect.any(Number) },
            },
          },
        });
      }
    }
  });
  it('says who can call each operation: everyone, customers, or staff with a permission', () => {
    const callersOf = ({ security, 'x-permission': permission }: Operation): string => {
      if (permission !== undefined) return permission;
      return security?.some((alternative) => Object.keys(alternative).length === 0) ? 'everyone' : 'customers';
    };
    expect(Object.fromEntries(operations.map((operation) => [operation.route, callersOf(operation)]))).toEqual(
      Object.assign({}, ...Object.values(serviceParts).map(({ api }) => api?.routes)),
    );
    // Every change by staff is recorded, with its reason.
    expect(
      operations
        .filter((operation) => operation['x-permission'] !== undefined && !operation.route.startsWith('GET '))
        .filter(({ parameters }) => parameters.every(({ name }) => name !== 'Action-Reason'))
        .map(({ route }) => route),
    ).toEqual([]);
    const guarded = operations.filter((operation) => operation['x-permission'] !== undefined);
    expect(guarded.filter(({ responses }) => !('403' in responses))).toEqual([]);
  });
  it('says of every POST and PATCH whether its service keeps keys, and the gateway repeats just those that do', () => {
    const changes = operations.filter(({ route }) => /^(POST|PATCH) /.test(route));
    const keeps = changes.filter(({ parameters }) => parameters.some(({ name }) => name === 'Idempotency-Key'));
    const documented = keeps.map(({ route }) => route.replaceAll(/\{\w+\}/g, '*')).sort();
    expect({ 'callsWithKeys in apps/gateway/src/domain/retry.ts': callsWithKeys.toSorted() }).toEqual({
      'callsWithKeys in apps/gateway/src/domain/retry.ts': documented,
    });
    const others = changes.filter((operation) => !keeps.includes(operation));
    expect(others.filter(({ description }) => !description?.includes('Has no Idempotency-Key'))).toEqual([]);
    expect(others.length).toBeGreaterThan(10);
  });
  it('links every path with an id to an answer that has this id', () => {
    const linked = new Set(
      operations.flatMap(({ responses }) => Object.values(responses).flatMap(({ links }) => Object.keys(links ?? {}))),
    );
    const targets = operations
      .filter(({ parameters }) =>
        parameters.some((parameter) => parameter.in === 'path' && /id$/i.test(parameter.name)),
      )
      .map((operation) => operation as unknown as { operationId: string });
    expect(targets.length).toBeGreaterThan(8);
    expect(targets.map(({ operationId }) => operationId).filter((id) => !linked.has(id))).toEqual([]);
  });
  it('has every rule of the classes that it describes', () => {
    const described = new Set(
      Object.values(documents).flatMap(({ components }) => Object.keys(components?.schemas ?? {})),
    );
    const { validationMetadatas } = getMetadataStorage() as unknown as {
      validationMetadatas: ReadonlyMap<unknown, unknown>;
    };
    const classes = [...validationMetadatas.keys()].filter(
      (cls) => typeof cls === 'function' && described.has(cls.name),
    );
    expect(classes.length).toBeGreaterThan(8);
    expect(classes.flatMap((cls) => undescribedRules(cls as () => void))).toEqual([]);
  });
});
