import { parse } from 'yaml';

/*
 * Compares the chart (deploy/chart) with the list of services (tools/services.ts), the topics of the contracts, and the settings of the config
 * classes. What the templates become is checked by helm and an API server: docs/deployment.md.
 */
const folder = 'deploy/chart';

/** Variables of Node, the C library and the chart itself. */
const others = ['NODE_OPTIONS', 'MALLOC_ARENA_MAX', 'POD_IP'];
/** The containers of the shop's own programs; those of development have settings of their images. */
const ownTemplates = ['templates/_helpers.tpl', 'templates/services.yaml', 'templates/topics.yaml'];

/** `partitionsOf`: of each topic by name. `settingsOf`: the names of the variables of each service. `secretFiles`: what compose:secrets writes. */
export function chartProblems(files, { services, partitionsOf, settingsOf, secretFiles }) {
  const textOf = (path) => files.find((file) => file.path === `${folder}/${path}`)?.text ?? '';
  const values = parse(textOf('values.yaml')) ?? {};
  const sets = files
    .filter(({ path }) => path.startsWith(`${folder}/values/`))
    .map(({ path, text }) => ({ path: path.slice(folder.length + 1), values: parse(text) ?? {} }));
  return [
    ...serviceProblems(values, services),
    ...[{ path: 'values.yaml', values }, ...sets].flatMap((set) => setProblems(set, services, settingsOf)),
    ...scalingProblems(values, services, partitionsOf),
    ...ownTemplates.flatMap((path) => settingProblems(path, textOf(path), services, settingsOf)),
    ...secretProblems(textOf('templates/_helpers.tpl'), services, secretFiles),
  ].map((problem) => `${folder}/${problem}`);
}

function serviceProblems({ services: described = {} }, services) {
  const problems = Object.keys(described)
    .filter((name) => !services.some((service) => service.name === name))
    .map((name) => `values.yaml: has ${name}, which is not a service`);
  for (const {
    name,
    database,
    sealsData,
    callsProvider,
    signsTokens = false,
    sendsMail = false,
    consumes = {},
  } of services) {
    const found = described[name];
    if (found === undefined) {
      problems.push(`values.yaml: has no service ${name}`);
      continue;
    }
    const groups = Object.fromEntries(Object.entries(consumes).map(([group, topics]) => [group, Object.keys(topics)]));
    for (const [what, expected] of Object.entries({
      database: database !== null,
      sealsData,
      callsProvider,
      signsTokens,
      sendsMail,
      public: database === null,
      consumes: groups,
    })) {
      const value = found[what] ?? (what === 'consumes' ? {} : false);
      if (JSON.stringify(value) !== JSON.stringify(expected))
        problems.push(
          `values.yaml: ${name} has ${what} ${JSON.stringify(value)}, expected ${JSON.stringify(expected)}`,
        );
    }
  }
  return problems;
}

/** A set of values names no other service, and gives a service only settings that it reads. */
const setProblems = ({ path, values }, services, settingsOf) =>
  Object.entries(values.services ?? {}).flatMap(([name, { env = {} }]) =>
    services.some((service) => service.name === name)
      ? Object.keys(env)
          .filter((variable) => !settingsOf(name).has(variable))
          .map((variable) => `${path}: ${name} has ${variable}, which is no setting of it`)
      : [`${path}: has ${name}, which is not a service`],
  );

/** More instances than partitions consume nothing. */
function scalingProblems({ consumers = {} }, services, partitionsOf) {
  const topics = services.flatMap(({ consumes = {} }) =>
    Object.values(consumes).flatMap((byTopic) => Object.keys(byTopic)),
  );
  const most = Math.max(...topics.map(partitionsOf));
  return consumers.max === most
    ? []
    : [`values.yaml: consumers.max is ${consumers.max}, the topics have ${most} partitions`];
}

/** Every variable that a template sets is a setting of a service, or of Kafka's tools. */
function settingProblems(path, text, services, settingsOf) {
  const known = new Set(services.flatMap(({ name }) => [...settingsOf(name)]));
  return [...text.matchAll(/- \{ name: ([A-Z][A-Z0-9_]+),/g)]
    .map(([, name]) => name)
    .filter((name) => !others.includes(name) && !known.has(name) && !known.has(name.replace(/_FILE$/, '')))
    .map((name) => `${path}: sets ${name}, which no service reads`);
}

/** The keys of the Secret are the secrets that are written. */
function secretProblems(helpers, services, secretFiles) {
  const keys = secretFiles.map((file) =>
    file.replace(/^databases\/([\w-]+?)(-owner)?$/, (_, name, owner) => `${name}${owner ?? '-database'}`),
  );
  return [...helpers.matchAll(/\/run\/secrets\/((?:\{\{ \$name \}\})?[\w-]*)/g)]
    .flatMap(([, key]) =>
      key.includes('{{')
        ? services.filter(({ database }) => database !== null).map(({ name }) => key.replace(/\{\{ \$name \}\}/, name))
        : [key],
    )
    .filter((key) => !keys.includes(key))
    .map((key) => `templates/_helpers.tpl: names the secret ${key}, which is not written by compose:secrets`);
}
