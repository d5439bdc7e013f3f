/** The same port with some methods replaced. */
export function overrideMethods<P extends object>(port: P, methods: Partial<P>): P {
  return new Proxy(port, {
    get: (target, name) => {
      const own: unknown = Reflect.get(name in methods ? methods : target, name);
      return typeof own === 'function' && !(name in methods)
        ? (own as (...args: unknown[]) => unknown).bind(target)
        : own;
    },
  });
}
