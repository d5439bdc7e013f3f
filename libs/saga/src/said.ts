/** A message that is to be said: its class and its fields. */
export interface Said<M extends object = object> {
  readonly cls: new () => M;
  readonly fields: M;
}

export const said = <M extends object>(cls: new () => M, fields: M): Said<M> => ({ cls, fields });
