/** A request target in origin-form, and the host that an absolute target names. */
export interface Target {
  readonly path: string;
  readonly host: string | undefined;
}

/** `http://shop.example/orders?x=1` → `/orders?x=1`: an absolute-form target means the same, and its host replaces the header's (RFC 9112, 3.2.2). */
export function originForm(target: string): Target {
  const scheme = /^https?:\/\//i.exec(target)?.[0];
  if (scheme === undefined) return { path: target, host: undefined };
  const rest = target.slice(scheme.length);
  const end = rest.search(/[/?#]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const path = end < 0 ? '' : rest.slice(end);
  return { path: path.startsWith('/') ? path : `/${path}`, host: authority.slice(authority.lastIndexOf('@') + 1) };
}
