/** Has every property, and each of them is a function, a list and an object again: stands for a value that is not known. */
export const anything: unknown = new Proxy(() => undefined, {
  get: (_, property) => {
    if (property === Symbol.iterator) return () => [anything][Symbol.iterator]();
    if (property === Symbol.toPrimitive) return () => '';
    return anything;
  },
  apply: () => anything,
});
