import type { OpenAPIObject } from '@nestjs/swagger';
import { addLinks, routesOf } from './links.js';
import { problemResponse, problemSchema } from './problem-schema.js';

type Json = Record<string, unknown>;
type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Responses = Record<string, Json>;

const schemaName = /^#\/components\/schemas\/(.+)$/;

/** What every route answers, by its form. A description of the route itself comes first. */
const rejections = {
  400: 'The request breaks a rule; `errors` has each field that does.',
  401: 'The access token is missing, invalid or expired.',
  403: 'The role of the caller lacks the permission of this route.',
  404: 'There is no such object, or its event has not arrived yet: see Retry-After.',
  409: 'A request with the same Idempotency-Key is still running.',
  413: 'The body is too large.',
  415: 'The body is not JSON in UTF-8.',
  422: 'The Idempotency-Key was used with another body.',
  503: 'Nothing was done, or its outcome is unknown: try again after Retry-After, with the same Idempotency-Key.',
} as const;

const visit = (value: unknown, found: (node: Json) => void): void => {
  if (Array.isArray(value)) for (const item of value) visit(item, found);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  found(value as Json);
  for (const inner of Object.values(value)) visit(inner, found);
};

/** The schemas to which a part of the document refers, also through others. */
function schemasOf(document: OpenAPIObject, part: unknown, names = new Set<string>()): Set<string> {
  visit(part, ({ $ref }) => {
    const name = typeof $ref === 'string' ? schemaName.exec($ref)?.[1] : undefined;
    if (name === undefined || names.has(name)) return;
    names.add(name);
    schemasOf(document, document.components?.schemas?.[name], names);
  });
  return names;
}

/** Only what the routes use: classes of messages that handlers receive are found too. */
function usedSchemas(document: OpenAPIObject): Record<string, Json> {
  const used = schemasOf(document, document.paths);
  return Object.fromEntries(
    Object.entries(document.components?.schemas ?? {}).filter(([name]) => used.has(name)),
  ) as Record<string, Json>;
}

/** Bodies with unknown fields are refused. */
function closeBodies(document: OpenAPIObject, operations: readonly Operation[], closed: ReadonlySet<string>): void {
  for (const name of schemasOf(
    document,
    operations.map(({ requestBody }) => requestBody),
  )) {
    const schema = document.components?.schemas?.[name] as Json | undefined;
    if (schema?.['properties']) schema['additionalProperties'] = !closed.has(name);
  }
}

/** A number is whole unless its format says otherwise: money is counted in pence, goods in pieces. */
const wholeNumbers = (document: OpenAPIObject): void =>
  visit(document.components?.schemas, (node) => {
    if (node['type'] === 'number' && node['format'] === undefined) node['type'] = 'integer';
  });

/** A query or a path has no null. */
function withoutNull({ parameters = [] }: Operation): void {
  for (const parameter of parameters)
    if ('schema' in parameter) delete (parameter.schema as Json | undefined)?.['nullable'];
}

/** Every refusal of an operation, with the form of a problem. */
function describeProblems(operation: Operation, isSecured: boolean): void {
  const responses = operation.responses as unknown as Responses;
  const describe = (status: keyof typeof rejections): void => void (responses[status] ??= { description: '' });
  const hasBody = operation.requestBody !== undefined;
  if (hasBody || (operation.parameters ?? []).length > 0) describe(400);
  if (isSecured) describe(401);
  if ((operation.parameters ?? []).some((parameter) => 'in' in parameter && parameter.in === 'path')) describe(404);
  if (keepsKeys(operation)) {
    describe(409);
    describe(422);
  }
  if (hasBody) for (const status of [413, 415] as const) describe(status);
  describe(503);
  responses['default'] ??= { description: 'Any other problem.' };
  for (const [status, response] of Object.entries(responses)) {
    if (status.startsWith('2')) response['description'] ||= operation.summary ?? 'Done.';
    if (!/^([45]|default)/.test(status)) continue;
    response['description'] ||= rejections[Number(status) as keyof typeof rejections] ?? 'The request was refused.';
    for (const [field, value] of Object.entries(problemResponse(Number(status)))) response[field] ??= value;
  }
}

/** A route without keys says so: its client decides what a lost answer means. */
function describeRepetition(method: string, operation: Operation): void {
  if ((method !== 'post' && method !== 'patch') || keepsKeys(operation)) return;
  operation.description = [operation.description, 'Has no Idempotency-Key: it is sent to the service once.']
    .filter(Boolean)
    .join('\n\n');
}

const keepsKeys = ({ parameters = [] }: Operation): boolean =>
  parameters.some((parameter) => 'name' in parameter && parameter.name === 'Idempotency-Key');

/** Whether each of the alternatives needs a token. */
const isSecured = (document: OpenAPIObject, { security = document.security ?? [] }: Operation): boolean =>
  security.length > 0 && security.every((alternative) => Object.keys(alternative).length > 0);

/** Adds what follows from the form of the routes: rejections, closed bodies, whole numbers, links. `closed` names the classes without other fields. */
export function completeDocument(document: OpenAPIObject, closed: ReadonlySet<string>): OpenAPIObject {
  const routes = routesOf(document);
  document.components = {
    ...document.components,
    schemas: { ...usedSchemas(document), Problem: problemSchema as never },
  };
  closeBodies(
    document,
    routes.map(({ operation }) => operation),
    closed,
  );
  wholeNumbers(document);
  for (const { method, operation } of routes) {
    describeRepetition(method, operation);
    withoutNull(operation);
    describeProblems(operation, isSecured(document, operation));
  }
  addLinks(document);
  return document;
}
