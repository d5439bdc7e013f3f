import { posix } from 'node:path';

const isOwn = (path) => /^(apps|libs|tools|test|bench)\//.test(path) && !/\/(dist|node_modules)\//.test(path);

/**
 * Groups of folders that import each other, directly or through others. Each file belongs to the folder that contains it. Type imports
 * count; specs and other files for tests do not, and neither do imports between a folder and its own subfolders: a module at the top
 * imports its parts, and the parts its configuration.
 * @param {{ source: string, dependencies: { resolved: string }[] }[]} modules of dependency-cruiser's report
 * @param {RegExp} ignored
 * @returns {{ folders: string[], imports: string[] }[]} `imports`: one example for each pair of folders
 */
export function folderCycles(modules, ignored) {
  const edges = new Map(); // folder → imported folder → example
  for (const { source, dependencies } of modules) {
    if (!isOwn(source) || ignored.test(source)) continue;
    for (const { resolved } of dependencies) {
      if (!isOwn(resolved) || ignored.test(resolved)) continue;
      const [from, to] = [posix.dirname(source), posix.dirname(resolved)];
      if (`${from}/`.startsWith(`${to}/`) || `${to}/`.startsWith(`${from}/`)) continue;
      if (!edges.has(from)) edges.set(from, new Map());
      if (!edges.get(from).has(to)) edges.get(from).set(to, `${source} → ${resolved}`);
    }
  }
  return stronglyConnected(edges).map((folders) => ({
    folders,
    imports: folders.flatMap((folder) =>
      [...(edges.get(folder) ?? [])].filter(([to]) => folders.includes(to)).map(([, example]) => example),
    ),
  }));
}

/** Tarjan's algorithm; returns the components with more than one folder. */
function stronglyConnected(edges) {
  const components = [];
  const order = new Map();
  const low = new Map();
  const stack = [];
  const visit = (folder) => {
    order.set(folder, order.size);
    low.set(folder, order.get(folder));
    stack.push(folder);
    for (const next of edges.get(folder)?.keys() ?? []) {
      if (!order.has(next)) {
        visit(next);
        low.set(folder, Math.min(low.get(folder), low.get(next)));
      } else if (stack.includes(next)) low.set(folder, Math.min(low.get(folder), order.get(next)));
    }
    if (low.get(folder) !== order.get(folder)) return;
    const component = stack.splice(stack.indexOf(folder));
    if (component.length > 1) components.push(component.sort());
  };
  for (const folder of edges.keys()) if (!order.has(folder)) visit(folder);
  return components;
}
