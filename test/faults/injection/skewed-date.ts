/** A Date whose current time is shifted by `milliseconds`. Dates that are given stay as they are. */
export function skewedDate(milliseconds: number, real: DateConstructor = Date): DateConstructor {
  const now = (): number => real.now() + milliseconds;
  return new Proxy(real, {
    apply: (target) => new target(now()).toString(),
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
    get: (target, name, receiver) => (name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown)),
  });
}
