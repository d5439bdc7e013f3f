import { parseDocument } from 'yaml';

/*
 * The commands that documents, workflows and the development container tell a person or a machine to run.
 */
const textOf = (files, path) => files.find((file) => file.path === path)?.text ?? '';
const manifest = (files) => JSON.parse(textOf(files, 'package.json') || '{}');
const workflows = (files) => files.filter(({ path }) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path));

/** Every `npm run …` that a document or a program of CI names must be a script of package.json. */
export function unknownScripts(files) {
  const { scripts = {} } = manifest(files);
  return files
    .filter(({ path }) => path.endsWith('.md') || /^\.(github|ci|devcontainer)\//.test(path))
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, index) =>
          [...line.matchAll(/\bnpm run ([\w:-]*\w)/g)]
            .filter(([, script]) => scripts[script] === undefined)
            .map(([command]) => `${path}:${index + 1} names "${command}", which is no script of package.json`),
        ),
    );
}

/** The commands of the first code block of the README: what a new user runs. */
const firstCommands = (readme) =>
  (/^```sh\n([^]*?)\n```$/m.exec(readme)?.[1] ?? '')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');

/** The workflows are valid, pin their actions, run the README's first commands, and start with the oldest supported Node. */
export function workflowProblems(files) {
  const found = workflows(files);
  if (found.length === 0) return ['.github/workflows: has no workflow'];
  const documents = found.map(({ path, text }) => ({ path, document: parseDocument(text) }));
  const invalid = documents.flatMap(({ path, document }) =>
    document.errors.map(({ message }) => `${path}: ${message.split('\n', 1)[0]}`),
  );
  if (invalid.length > 0) return invalid;

  const jobs = documents.flatMap(({ path, document }) =>
    Object.entries(document.toJS()?.jobs ?? {}).map(([name, job]) => ({ where: `${path}: ${name}`, ...job })),
  );
  const steps = jobs.flatMap(({ where, steps: those = [] }) => those.map((step) => ({ where, ...step })));
  const commands = steps.flatMap(({ run = '' }) => run.split('\n').map((line) => line.trim()));
  const oldest = /\d+\.\d+/.exec(manifest(files).engines?.node ?? '')?.[0];
  return [
    ...jobs.filter((job) => !job['timeout-minutes']).map(({ where }) => `${where} has no timeout-minutes`),
    ...steps
      .filter(({ uses }) => uses !== undefined && !/@v?\d/.test(uses))
      .map(({ where, uses }) => `${where} uses ${uses} without a version`),
    ...firstCommands(textOf(files, 'README.md'))
      .filter((command) => !commands.some((run) => run === command || run.startsWith(`${command} `)))
      .map((command) => `.github/workflows: no workflow runs "${command}", the README does`),
    ...jobs
      .filter(({ strategy }) => strategy?.matrix?.node && strategy.matrix.node[0] !== oldest)
      .map(({ where }) => `${where} does not start with Node ${oldest}, the oldest of "engines" in package.json`),
  ];
}

/** The development container is valid JSON and forwards ports that the shop has. */
export function containerProblems(files, ports) {
  const path = '.devcontainer/devcontainer.json';
  const { forwardPorts = [], portsAttributes = {} } = JSON.parse(textOf(files, path) || '{}');
  return [...new Set([...forwardPorts, ...Object.keys(portsAttributes).map(Number)])]
    .filter((port) => !ports.includes(port) || !forwardPorts.includes(port) || !portsAttributes[port])
    .map((port) => `${path}: port ${port} is not a port of the shop, or is not both forwarded and described`);
}
