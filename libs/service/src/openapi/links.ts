import type { OpenAPIObject } from '@nestjs/swagger';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Schema = Readonly<Record<string, unknown>>;

interface Route {
  readonly method: (typeof httpMethods)[number];
  readonly path: string;
  readonly operation: Operation;
}

const httpMethods = ['get', 'put', 'post', 'delete', 'patch'] as const;

export const routesOf = (document: Pick<OpenAPIObject, 'paths'>): Route[] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    httpMethods.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ method, path, operation }] : [];
    }),
  );

/** `/orders/{id}` names an order: the ids of a path, as they are named in bodies, and the parameter of each. */
function idsOfPath(path: string): Map<string, string> {
  const ids = new Map<string, string>();
  const segments = path.split('/');
  segments.forEach((segment, index) => {
    const parameter = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (parameter !== undefined)
      ids.set(parameter === 'id' ? idNamedBy(segments[index - 1] ?? '') : parameter, parameter);
  });
  return ids;
}

/** `orders` → `orderId`, `categories` → `categoryId`, `stock-adjustments` → `stockAdjustmentId`. */
const idNamedBy = (collection: string): string =>
  `${collection
    .replace(/ies$/, 'y')
    .replace(/s$/, '')
    .replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}Id`;

/**
 * What `id` means in an answer of a path. `/orders/{id}` and `/orders`: an order. `/payments/{id}/refunds`: a refund, unless it
 * answers what `/payments/{id}` answers.
 */
function ownId(document: OpenAPIObject, path: string, schema: Schema | undefined): string {
  const segments = path.split('/').slice(1);
  const fixed = segments.filter((segment) => !segment.startsWith('{'));
  const parent = /^(.*\/\{id\})\//.exec(path)?.[1];
  const isParent =
    parent !== undefined &&
    Object.values(document.paths[parent] ?? {}).some(
      (operation) =>
        typeof operation === 'object' &&
        operation !== null &&
        'responses' in operation &&
        schema?.['$ref'] !== undefined &&
        jsonSchema((operation as Operation).responses['200'] ?? {})?.['$ref'] === schema['$ref'],
    );
  return idNamedBy((isParent ? fixed.at(-2) : fixed.at(-1)) ?? '');
}

function propertiesOf(document: OpenAPIObject, schema: Schema | undefined): Readonly<Record<string, Schema>> {
  if (!schema) return {};
  const ref = schema['$ref'] as string | undefined;
  if (ref)
    return propertiesOf(
      document,
      document.components?.schemas?.[ref.slice(ref.lastIndexOf('/') + 1)] as Schema | undefined,
    );
  const parts = (schema['allOf'] ?? []) as Schema[];
  return Object.assign(
    {},
    ...parts.map((part) => propertiesOf(document, part)),
    schema['properties'] as Record<string, Schema> | undefined,
  ) as Record<string, Schema>;
}

/** The ids in an answer, as runtime expressions by name: `orderId` → `$response.body#/items/0/id`. */
function idsOfAnswer(document: OpenAPIObject, path: string, schema: Schema | undefined): Map<string, string> {
  const ids = new Map<string, string>();
  const collect = (properties: Readonly<Record<string, Schema>>, pointer: string): void => {
    for (const [name, property] of Object.entries(properties)) {
      if (property['nullable'] === true) continue;
      const id = name === 'id' ? ownId(document, path, schema) : /^\w+Id$/.test(name) ? name : undefined;
      if (id !== undefined && !ids.has(id)) ids.set(id, `$response.body#${pointer}/${name}`);
    }
    const items = properties['items'];
    if (items?.['type'] === 'array' && pointer === '')
      collect(propertiesOf(document, items['items'] as Schema), '/items/0');
  };
  collect(propertiesOf(document, schema), '');
  return ids;
}

const jsonSchema = (response: object): Schema | undefined =>
  (response as { content?: Record<string, { schema?: Schema }> }).content?.['application/json']?.schema;

/** The parameters of a link from a route to another, by name; undefined when the answer identifies nothing of the other. */
function linkParameters(
  from: Route,
  to: Route,
  answered: ReadonlyMap<string, string>,
): Record<string, string> | undefined {
  const requested = idsOfPath(from.path);
  const parameters: Record<string, string> = {};
  let fromAnswer = false;
  for (const [id, parameter] of idsOfPath(to.path)) {
    const found = requested.get(id);
    const expression = answered.get(id) ?? (found === undefined ? undefined : `$request.path.${found}`);
    if (expression === undefined) return undefined;
    fromAnswer ||= answered.has(id);
    parameters[parameter] = expression;
  }
  for (const parameter of to.operation.parameters ?? []) {
    if (!('name' in parameter) || parameter.in !== 'query') continue;
    const expression = answered.get(parameter.name);
    if (expression === undefined) continue;
    fromAnswer = true;
    parameters[parameter.name] = expression;
  }
  return fromAnswer ? parameters : undefined;
}

/**
 * Adds links: from every answer that has the id of something to every operation on it, `GET /orders` → `GET /orders/{id}`. They follow
 * from the names of paths and properties, so a new route has them too.
 */
export function addLinks(openApiDocument: object): void {
  const document = openApiDocument as OpenAPIObject;
  const routes = routesOf(document);
  for (const from of routes) {
    for (const [status, response] of Object.entries(from.operation.responses ?? {})) {
      if (!/^2/.test(status) || !response || '$ref' in response) continue;
      const answered = idsOfAnswer(document, from.path, jsonSchema(response));
      const links = routes.flatMap((to) => {
        const parameters = linkParameters(from, to, answered);
        const { operationId } = to.operation;
        return parameters && operationId ? [[operationId, { operationId, parameters }] as const] : [];
      });
      if (links.length > 0) response.links = { ...Object.fromEntries(links), ...response.links };
    }
  }
}
