/** As much of an OpenAPI document as merging needs to know. */
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

/** Points every reference to a renamed schema at its new name. */
function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string' ? (names.get(inner) ?? inner) : renamed(inner, names),
    ]),
  );
}

/**
 * One document of several: only the paths that are reached through the gateway. Two different schemas of one name are told
 * apart by their services.
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
        const there = components[kind]?.[name];
        if (there !== undefined && JSON.stringify(there) !== JSON.stringify(entry))
          names.set(`#/components/${kind}/${name}`, `#/components/${kind}/${service}.${name}`);
      }
    }
    for (const [kind, entries] of Object.entries(document.components ?? {})) {
      const into = (components[kind] ??= {});
      for (const [name, entry] of Object.entries(entries))
        into[names.has(`#/components/${kind}/${name}`) ? `${service}.${name}` : name] = renamed(entry, names);
    }
    for (const [path, operations] of Object.entries(document.paths ?? {}))
      if (isRouted(path)) paths[path] = renamed(operations, names);
  }
  return { ...head, paths, components };
}
