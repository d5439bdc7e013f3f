export type Taken =
  { readonly status: 'taken'; readonly reference: string } | { readonly status: 'declined'; readonly reason: string };

let references = 0;

/** The provider, in process and at once: what it costs to ask one is no part of this. */
export const take = (method: string): Taken =>
  method === 'sim_ok'
    ? { status: 'taken', reference: `sim_${++references}` }
    : { status: 'declined', reason: 'card-declined' };
