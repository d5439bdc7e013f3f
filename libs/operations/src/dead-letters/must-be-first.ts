import { OperatorError } from '../databases/errors.js';

/** Only the first message of a key can be discarded or edited: the others wait for it. */
export function mustBeFirst<F extends { readonly id: string }>(id: string, first: F | undefined): F {
  if (first?.id !== id)
    throw new OperatorError(
      `${id} is not the first message of its key${first ? `: ${first.id} is, and the others wait for it` : ', which has none'}`,
    );
  return first;
}
