/*
 * Compares the deployment files with the list of services (tools/services.ts). Each rule returns sentences about the differences.
 */

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
