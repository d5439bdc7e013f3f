/** A message to publish: its class and its fields. */
export interface OutgoingMessage<M extends object = object> {
  readonly cls: new () => M;
  readonly fields: M;
}

export const message = <M extends object>(cls: new () => M, fields: NoInfer<M>): OutgoingMessage<M> => ({
  cls,
  fields,
});
