/** The part of an OpenAPI document that merging uses. */
export interface ApiDocument {
  readonly paths?: Readonly<Record<string, unknown>>;
  readonly components?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly tags?: readonly unknown[];
  readonly [field: string]: unknown;
}

export interface ServiceDocument {
  readonly service: string;
  readonly document: ApiDocument;
}

/** Replaces the references to renamed schemas. */
function withRenamedReferences(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => withRenamedReferences(item, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string' ? (names.get(inner) ?? inner) : withRenamedReferences(inner, names),
    ]),
  );
}

/**
 * Merges several documents into one that contains the routed paths. If two services have different schemas with the same name,
 * the second one gets its service as a prefix.
 */
export function mergeDocuments(
  head: ApiDocument,
  documents: readonly ServiceDocument[],
  isRouted: (path: string) => boolean,
): ApiDocument {
  const paths: Record<string, unknown> = {};
  const components: Record<string, Record<string, unknown>> = structuredClone(head.components ?? {});
  for (const { service, document } of documents) {
    const names = new Map<string, string>();
    for (const [kind, entries] of Object.entries(document.components ?? {})) {
      for (const [name, entry] of Object.entries(entries)) {
        const existing = components[kind]?.[name];
        if (existing !== undefined && JSON.stringify(existing) !== JSON.stringify(entry))
          names.set(`#/components/${kind}/${name}`, `#/components/${kind}/${service}.${name}`);
      }
    }
    for (const [kind, entries] of Object.entries(document.components ?? {})) {
      const merged = (components[kind] ??= {});
      for (const [name, entry] of Object.entries(entries))
        merged[names.has(`#/components/${kind}/${name}`) ? `${service}.${name}` : name] = withRenamedReferences(
          entry,
          names,
        );
    }
    for (const [path, operations] of Object.entries(document.paths ?? {}))
      if (isRouted(path)) paths[path] = withRenamedReferences(operations, names);
  }
  return { ...head, paths, components };
}
