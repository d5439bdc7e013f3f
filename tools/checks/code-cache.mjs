import vm from 'node:vm';

/*
 * Jest compiles every module anew for each test file, though the next file of the same worker imports mostly the same ones. Here a worker
 * keeps the compiled code of each module, as V8 gives it: 10 to 20 % of the CPU time of a run. Code that has changed is compiled.
 */
const { compileFunction, SourceTextModule } = vm;
const compiled = new Map();

const cachedData = (name, code) => (compiled.get(name)?.code === code ? compiled.get(name).data : undefined);

vm.compileFunction = (code, parameters, options) => {
  const known = cachedData(options.filename, code);
  const result = compileFunction(code, parameters, { ...options, cachedData: known, produceCachedData: !known });
  if (result.cachedData) compiled.set(options.filename, { code, data: result.cachedData });
  return result;
};

vm.SourceTextModule = class extends SourceTextModule {
  constructor(code, options) {
    const known = cachedData(options.identifier, code);
    super(code, { ...options, cachedData: known });
    if (!known) compiled.set(options.identifier, { code, data: this.createCachedData() });
  }
};
