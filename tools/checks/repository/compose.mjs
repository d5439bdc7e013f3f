import { parse } from 'yaml';

/*
 * Compares docker-compose.yml with the list of services (tools/services.ts), with the settings of their config classes, and with the secrets
 * that are written. Each rule returns sentences about the differences.
 */

/** docker-compose.yml as data, with its anchors resolved. */
export const composeServices = (compose) => new Map(Object.entries(parse(compose, { merge: true })?.services ?? {}));

/** What a container of the shop must say: it changes no file, has no privilege, and is limited. */
const confinement = {
  read_only: true,
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  pids_limit: 100,
  mem_limit: '768m',
};

/** Variables of Node and the C library. */
const ofRuntime = ['NODE_OPTIONS', 'MALLOC_ARENA_MAX'];

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const text = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
const sourceOf = (secret) => (typeof secret === 'string' ? secret : secret.source);
const pathOf = (secret) => `/run/secrets/${typeof secret === 'string' ? secret : secret.target}`;

/**
 * What docker-compose.yml must say. `settingsOf` has the names of the variables of each service; `secretFiles` the names of the files that
 * are written below deploy/secrets.
 */
export function composeProblems(compose, { services, providerPort, settingsOf, secretFiles }) {
  const document = parse(compose, { merge: true });
  const containers = new Map(Object.entries(document.services));
  const problems = [
    ...services.flatMap((service) =>
      containers.has(service.name)
        ? serviceProblems(service, containers.get(service.name), document.secrets, { providerPort, settingsOf })
        : [`has no service ${service.name}`],
    ),
    ...[...containers].flatMap(([name, container]) => containerProblems(name, container, containers, services)),
    ...secretProblems(containers, document.secrets ?? {}, secretFiles),
    ...operatorProblems(containers, services),
  ];
  const hosts = containers.get('gateway')?.environment?.INSTANCE_HOSTS?.split(',') ?? [];
  for (const { name } of services) if (!hosts.includes(name)) problems.push(`INSTANCE_HOSTS of gateway lacks ${name}`);
  if (containers.get('provider')?.environment?.PORT !== String(providerPort))
    problems.push(`provider does not listen on ${providerPort}`);
  return problems.map((problem) => `docker-compose.yml: ${problem}`);
}

function serviceProblems(service, container, secrets = {}, { providerPort, settingsOf }) {
  const { name, database, port, sealsData, callsProvider, signsTokens = false, sendsMail = false } = service;
  const { environment = {} } = container;
  const problems = [];
  const expect = (what, found, expected) => {
    if (!same(found, expected))
      problems.push(`${name} has ${what} ${text(found) ?? 'not set'}, expected ${text(expected) ?? 'none'}`);
  };
  const fileOf = (variable) => {
    const mounted = (container.secrets ?? []).find((secret) => pathOf(secret) === environment[variable]);
    return mounted && secrets[sourceOf(mounted)]?.file;
  };
  const hasDatabase = database !== null;
  expect('command', container.command, ['node', `dist/apps/${name}/src/main.js`]);
  expect('MAIL_FOLDER', environment.MAIL_FOLDER, sendsMail ? '/data/mail' : undefined);
  expect('PUBLIC_URL', environment.PUBLIC_URL, `http://${name}:3000`);
  for (const [variable, file, needed] of [
    ['DATABASE_URL_FILE', `databases/${name}`, hasDatabase],
    ['MIGRATION_DATABASE_URL_FILE', `databases/${name}-owner`, hasDatabase],
    ['DATA_KEY_SECRET_FILE', 'data-key-secret', sealsData],
    ['SIGNING_ROOT_PUBLIC_KEY_FILE', 'signing-root-public-key', true],
    ['SIGNING_ROOT_PRIVATE_KEY_FILE', 'signing-root-private-key', signsTokens],
    ['PROVIDER_API_KEY_FILE', 'provider-api-key', callsProvider],
    ['PROVIDER_WEBHOOK_SECRET_FILE', 'provider-webhook-secret', callsProvider],
  ])
    expect(variable, fileOf(variable), needed ? `./deploy/secrets/${file}` : undefined);
  expect('PROVIDER_URL', environment.PROVIDER_URL, callsProvider ? `http://provider:${providerPort}` : undefined);
  for (const [network, needed] of [
    ['databases', hasDatabase],
    ['messages', true],
    ['payments', callsProvider],
  ])
    expect(`network ${network}`, (container.networks ?? []).includes(network), needed);
  expect('dependency topics', container.depends_on?.topics?.condition, 'service_completed_successfully');
  expect('dependency postgres', container.depends_on?.postgres?.condition, hasDatabase ? 'service_healthy' : undefined);
  for (const variable of Object.keys(environment))
    if (
      !ofRuntime.includes(variable) &&
      ![variable, variable.replace(/_FILE$/, '')].some((each) => settingsOf(name).has(each))
    )
      problems.push(`${name} has ${variable}, which is no setting of it`);
  if (container.ports !== undefined)
    expect('ports', container.ports, [
      `\${${prefixOf(name)}_ADDRESS:-127.0.0.1}:\${${prefixOf(name)}_PORT:-${port}}:3000`,
    ]);
  return problems;
}

const prefixOf = (name) => name.toUpperCase().replaceAll('-', '_');

/** What holds for every container. */
function containerProblems(name, container, containers, services) {
  const problems = [];
  const program = /dist\/apps\/([\w-]+)\/src\/main\.js/.exec(String(container.command))?.[1];
  if (program !== undefined && !services.some((service) => service.name === program))
    problems.push(`${name} runs ${program}, which is not a service`);
  if (container.image === 'tradewind')
    for (const [key, value] of Object.entries(confinement))
      if (!same(container[key], value)) problems.push(`${name} is not confined: ${key} must be ${text(value)}`);
  if (!same(container.cap_drop, ['ALL'])) problems.push(`${name} keeps capabilities`);
  if (container.privileged || container.network_mode === 'host' || /^(?:root|0)\b/.test(String(container.user ?? '')))
    problems.push(`${name} has the rights of root or of the host`);
  const ends = [...containers.values()].some(
    ({ depends_on: needs = {} }) => needs[name]?.condition === 'service_completed_successfully',
  );
  if (!ends && container.profiles === undefined && !(container.healthcheck && container.restart))
    problems.push(`${name} has no health check, or is not restarted`);
  for (const [other, { condition }] of Object.entries(container.depends_on ?? {}))
    if (condition === 'service_healthy' && !containers.get(other)?.healthcheck)
      problems.push(`${name} waits until ${other} is healthy, which has no health check`);
  return problems;
}

/** Every secret is a file that is written, and each container has the secrets that its settings name, and no other. */
function secretProblems(containers, secrets, secretFiles) {
  const used = new Set();
  const problems = [];
  for (const [name, { environment = {}, secrets: mounted = [] }] of containers) {
    const named = Object.values(environment).filter((value) => String(value).startsWith('/run/secrets/'));
    for (const secret of mounted) {
      used.add(sourceOf(secret));
      if (!named.includes(pathOf(secret)))
        problems.push(`${name} has the secret ${sourceOf(secret)}, and no setting names it`);
    }
    for (const path of named)
      if (!mounted.some((secret) => pathOf(secret) === path))
        problems.push(`${name} names ${path}, which it does not have`);
  }
  for (const [name, { file }] of Object.entries(secrets)) {
    if (!used.has(name)) problems.push(`no container has the secret ${name}`);
    if (!secretFiles.includes(file.replace('./deploy/secrets/', '')))
      problems.push(`${file} is not written by compose:secrets`);
  }
  return problems;
}

/** The operator's command and the audit reach every database. */
const operatorProblems = (containers, services) =>
  ['audit', 'tradewind'].flatMap((name) =>
    services
      .filter(({ database }) => database !== null)
      .flatMap((service) =>
        ['DATABASE_URL', 'MIGRATION_DATABASE_URL'].map((setting) => `${prefixOf(service.name)}_${setting}_FILE`),
      )
      .filter((variable) => containers.get(name)?.environment?.[variable] === undefined)
      .map((variable) => `${name} does not have ${variable}`),
  );
