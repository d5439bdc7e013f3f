/** Who handles a backlog: the library with both kinds of handlers, and a consumer without it. */
export const consumers = ['decisions', 'transactional', 'bare'] as const;
export type ConsumerName = (typeof consumers)[number];
