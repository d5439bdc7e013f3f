/*
 * Compares the deployment files with the list of services (tools/services.ts). Each rule returns sentences about the differences.
 */

/** The blocks of docker-compose.yml's services, by name. */
export function composeServices(compose) {
  const [, services = ''] = /^services:\n([\s\S]*?)(?=^\S|$(?![\s\S]))/m.exec(compose) ?? [];
  return new Map(
    services
      .split(/^(?= {2}[\w-]+:\n)/m)
      .map((block) => [/^ {2}([\w-]+):\n/.exec(block)?.[1], block])
      .filter(([name]) => name !== undefined),
  );
}

const setting = (block, name) => new RegExp(`^ +${name}: '?(.*?)'?$`, 'm').exec(block)?.[1];

/** What `x-confined` must say: a container of the shop changes no file, has no privilege, and is limited. */
const confinement = [
  'read_only: true',
  'cap_drop: [ALL]',
  "security_opt: ['no-new-privileges:true']",
  'pids_limit: 100',
  'mem_limit: 768m',
];

/** What docker-compose.yml must say about each service. */
export function composeProblems(compose, services, providerPort) {
  const blocks = composeServices(compose);
  const problems = [];
  const expect = (name, what, found, expected) => {
    if (found !== expected)
      problems.push(`docker-compose.yml: ${name} has ${what} ${found ?? 'not set'}, expected ${expected ?? 'none'}`);
  };
  const isSet = (block, name) => setting(block, name) !== undefined;
  for (const { name, database, port, sealsData, callsProvider } of services) {
    const block = blocks.get(name);
    if (block === undefined) {
      problems.push(`docker-compose.yml: has no service ${name}`);
      continue;
    }
    const prefix = name.toUpperCase().replaceAll('-', '_');
    expect(name, 'command', setting(block, 'command'), `[node, dist/apps/${name}/src/main.js]`);
    expect(name, 'PUBLIC_URL', setting(block, 'PUBLIC_URL'), `http://${name}:3000`);
    expect(
      name,
      'DATABASE_URL',
      setting(block, 'DATABASE_URL'),
      database === null
        ? undefined
        : `postgres://${database}:\${${prefix}_DATABASE_PASSWORD}@postgres:5432/${database}`,
    );
    expect(
      name,
      'MIGRATION_DATABASE_URL',
      setting(block, 'MIGRATION_DATABASE_URL'),
      database === null
        ? undefined
        : `postgres://${database}_owner:\${${prefix}_OWNER_PASSWORD}@postgres:5432/${database}`,
    );
    for (const variable of database === null ? [] : [`${prefix}_DATABASE_PASSWORD`, `${prefix}_OWNER_PASSWORD`])
      if (!new RegExp(`^ +${variable}: `, 'm').test(blocks.get('postgres') ?? ''))
        problems.push(`docker-compose.yml: postgres does not get ${variable}`);
    expect(name, 'DATA_KEY_SECRET', isSet(block, 'DATA_KEY_SECRET'), sealsData);
    expect(name, 'PROVIDER_API_KEY', isSet(block, 'PROVIDER_API_KEY'), callsProvider);
    expect(name, 'PROVIDER_WEBHOOK_SECRET', isSet(block, 'PROVIDER_WEBHOOK_SECRET'), callsProvider);
    expect(
      name,
      'PROVIDER_URL',
      setting(block, 'PROVIDER_URL'),
      callsProvider ? `http://provider:${providerPort}` : undefined,
    );
    const published = /^ +- '(\$\{.*)'$/m.exec(block)?.[1];
    if (published !== undefined) expect(name, 'port', published, `\${${prefix}_PORT:-${port}}:3000`);
  }
  for (const [name, block] of blocks) {
    const program = /dist\/apps\/([\w-]+)\/src\/main\.js/.exec(block)?.[1];
    if (program !== undefined && !services.some((service) => service.name === program))
      problems.push(`docker-compose.yml: ${name} runs ${program}, which is not a service`);
  }
  for (const [name, block] of blocks)
    if (/^ +image: tradewind$|<<: \*service$/m.test(block) && !/<<: \*(?:service|confined)$/m.test(block))
      problems.push(`docker-compose.yml: ${name} is not confined: merge *confined`);
  for (const line of confinement)
    if (!compose.includes(`\n  ${line}\n`)) problems.push(`docker-compose.yml: x-confined lacks "${line}"`);
  if (/^ +(?:user: (?:root|'0.*)|privileged: true|network_mode: host)$/m.test(compose))
    problems.push('docker-compose.yml: a container has the rights of root or of the host');
  if (!blocks.has('provider')) problems.push('docker-compose.yml: has no service provider');
  else expect('provider', 'PORT', setting(blocks.get('provider'), 'PORT'), String(providerPort));
  return problems;
}

/** deploy/postgres/create-databases.sh must create exactly the databases of the services. */
export function databaseProblems(script, services) {
  const expected = services.flatMap(({ database }) => database ?? []).join(' ');
  const found = /^for \w+ in (.*); do$/m.exec(script)?.[1];
  return found === expected
    ? []
    : [`deploy/postgres/create-databases.sh: creates the databases "${found ?? ''}", expected "${expected}"`];
}

/** Every service and library must have its place in nest-cli.json, every service in the TypeScript projects that compile it, and every library in the Dockerfile. */
export function projectProblems(files, services) {
  const textOf = (path) => files.find((file) => file.path === path)?.text ?? '';
  const libraries = files.flatMap(({ path }) => /^libs\/([^/]+)\/package\.json$/.exec(path)?.[1] ?? []);
  const projects = Object.keys(JSON.parse(textOf('nest-cli.json') || '{}').projects ?? {});
  const dockerfile = textOf('deploy/Dockerfile');
  return [
    ...[...services.map(({ name }) => name), ...libraries]
      .filter((name) => !projects.includes(name))
      .map((name) => `nest-cli.json: has no project ${name}`),
    ...[
      ['tsconfig.json', 'apps'],
      ['test/tsconfig.json', '../apps'],
    ].flatMap(([path, apps]) =>
      services
        .filter(({ name }) => !textOf(path).includes(`{ "path": "${apps}/${name}" }`))
        .map(({ name }) => `${path}: does not refer to ${apps}/${name}`),
    ),
    ...libraries
      .filter((name) => !dockerfile.includes(`COPY libs/${name}/package.json libs/${name}/\n`))
      .map((name) => `deploy/Dockerfile: does not copy libs/${name}/package.json before "npm ci"`),
  ];
}

/** The image must run as a user with a number, because an orchestrator cannot know whether a name is root. */
export const imageProblems = (dockerfile) =>
  /^USER [1-9]\d*(?::[1-9]\d*)?$/m.test(dockerfile.split(/^FROM /m).at(-1) ?? '')
    ? []
    : ['deploy/Dockerfile: the image does not run as a user with a number above 0'];

/** Every compiled program that a file starts must have a source. */
export function programProblems(files) {
  const paths = new Set(files.map(({ path }) => path));
  return ['package.json', 'docker-compose.yml', 'deploy/compose.secure.yml', 'deploy/Dockerfile'].flatMap((path) => {
    const text = files.find((file) => file.path === path)?.text ?? '';
    return [...text.matchAll(/\bdist\/([\w/.-]+)\.js\b/g)]
      .filter(([, source]) => !paths.has(`${source}.ts`))
      .map(([program]) => `${path}: starts ${program}, which has no source`);
  });
}
