const maxSegments = 6;
const isName = (segment: string): boolean => /^([a-z][a-z-]{0,30})?$/.test(segment);

/** The path of a request target as a name with few values: `/orders/{id}/cancel`. No text of the client is left in it. */
export const routeName = (target: string): string =>
  (target.split(/[?#]/, 1)[0] ?? '')
    .split('/')
    .slice(0, maxSegments)
    .map((segment) => (isName(segment) ? segment : '{id}'))
    .join('/');
