import { CommandError } from '../platform/preflight/command-error.mjs';
import { formsOf, render } from '../checks/repository/template-name.mjs';

/*
 * The lists outside of the service's folders, and the place of the service in each. A text that is already there is not added again.
 */

const edit = (path, apply) => ({ path, apply });
const insertBefore = (anchor, addition) => (text, name, port) => {
  const rendered = render(addition, name).replace('$PORT', port);
  if (text.includes(rendered)) return text;
  const at = text.indexOf(anchor);
  if (at < 0) throw new CommandError(`cannot find the line ${JSON.stringify(anchor.trim())}`);
  return text.slice(0, at) + rendered + text.slice(at);
};
const replace = (pattern, change) => (text, name) => {
  if (!pattern.test(text)) throw new CommandError(`cannot find ${pattern}`);
  return text.replace(pattern, (...match) => change(match, name));
};
const references = (path, folder) =>
  edit(path, insertBefore(`    { "path": "${folder}tools" }`, `    { "path": "${folder}apps/new-service" },\n`));

const description = `  {
    name: 'new-service',
    database: 'new-service',
    port: $PORT,
    sealsData: true,
    callsProvider: false,
    scalable: true,
    activities: ['commands', 'idempotency', 'publishing'],
    consumes: {
      'new-service': { 'user.events': ['user.forgotten'] },
      'new-service.orders': { 'order.events': ['order.confirmed'] },
    },
  },
`;

const project = `    "new-service": {
      "type": "application",
      "root": "apps/new-service",
      "sourceRoot": "apps/new-service/src",
      "entryFile": "src/main",
      "compilerOptions": { "tsConfigPath": "apps/new-service/tsconfig.json" }
    },
`;

const container = `  new-service:
    <<: *service
    command: [node, dist/apps/new-service/src/main.js]
    environment:
      <<: *database
      DATA_KEY_SECRET_FILE: /run/secrets/data-key-secret
      PUBLIC_URL: http://new-service:3000
    secrets:
      - { source: new-service-database, target: database }
      - { source: new-service-owner, target: owner }
      - data-key-secret
      - signing-root-public-key

`;

const addresses = `    NEW_SERVICE_DATABASE_URL_FILE: /run/secrets/new-service-database
    NEW_SERVICE_MIGRATION_DATABASE_URL_FILE: /run/secrets/new-service-owner
`;

const operatorSecrets = `    - new-service-database
    - new-service-owner
`;

const secretFiles = `  new-service-database: { file: ./deploy/secrets/databases/new-service }
  new-service-owner: { file: ./deploy/secrets/databases/new-service-owner }
`;

const release = `  new-service:
    database: true
    sealsData: true
    replicas: 2
    consumes:
      new-service: [user.events]
      new-service.orders: [order.events]
    env: {}
`;

const login = `  new-service:
    environment:
      <<: [*login, *encrypted]
      KAFKA_SASL_USERNAME: new-service
    secrets: [{ source: new-service, target: login }, { source: ca, target: /run/kafka-logins/ca.pem }]

`;

export const edits = [
  edit('tools/services.ts', insertBefore("  { name: 'gateway'", description)),
  edit(
    'libs/contracts/src/topics.ts',
    insertBefore('  /** Heartbeats', "  newServiceEvents: topic('new-service.events', { owner: 'new-service' }),\n\n"),
  ),
  edit(
    'libs/contracts/src/topics.ts',
    insertBefore(
      '} as const;',
      "  newServiceDeadLetters: topic('new-service.dlq', { owner: 'new-service', partitions: 1 }),\n",
    ),
  ),
  edit(
    'libs/contracts/src/contracts.ts',
    insertBefore('import * as platform', "import * as newService from './new-service/index.js';\n"),
  ),
  edit(
    'libs/contracts/src/contracts.ts',
    insertBefore('  platform.InstanceSeen', '  newService.NewServiceNoteWritten,\n'),
  ),
  edit(
    'libs/contracts/src/index.ts',
    insertBefore("export * from './platform/index.js'", "export * from './new-service/index.js';\n"),
  ),
  edit(
    'apps/gateway/src/domain/routes.ts',
    insertBefore('};\n\nexport const routedServices', "  'new-service': 'new-service',\n"),
  ),
  edit('apps/gateway/src/domain/retry.ts', insertBefore('];\n\nconst partsOf', "  'POST /new-service/notes',\n")),
  edit(
    'test/services/index.ts',
    insertBefore('import type { ApiParts', "import { newService } from './new-service.js';\n"),
  ),
  edit(
    'test/services/index.ts',
    replace(/(export const serviceParts[^{]*\{)([^}]*?),?\s*\}/, ([, start, list], name) => {
      const { newService } = formsOf(name);
      const added = newService === name ? name : `'${name}': ${newService}`;
      return `${start}${list}${list.split(',').some((each) => each.trim() === added) ? '' : `, ${added}`} }`;
    }),
  ),
  references('tsconfig.json', ''),
  references('tsconfig.spec.json', ''),
  references('test/tsconfig.json', '../'),
  edit('nest-cli.json', insertBefore('    "kernel": {', project)),
  edit('docker-compose.yml', insertBefore('  gateway:\n', container)),
  edit(
    'docker-compose.yml',
    insertBefore('    DATA_KEY_SECRET_FILE: /run/secrets/data-key-secret\n    SIGNING', addresses),
  ),
  edit('docker-compose.yml', insertBefore('    - data-key-secret\n    - signing', operatorSecrets)),
  edit('docker-compose.yml', insertBefore('  user-database: {', secretFiles)),
  edit(
    'docker-compose.yml',
    replace(
      /INSTANCE_HOSTS: (.*)$/m,
      ([, list], name) => `INSTANCE_HOSTS: ${list}${list.split(',').includes(name) ? '' : `,${name}`}`,
    ),
  ),
  edit('deploy/chart/values.yaml', insertBefore('  gateway:\n', release)),
  edit('deploy/compose.secure.yml', insertBefore('  gateway:\n', login)),
  edit(
    'deploy/compose.secure.yml',
    insertBefore('  gateway: {', '  new-service: { file: ./deploy/secrets/logins/new-service.password }\n'),
  ),
  edit(
    'deploy/postgres/create-databases.sh',
    replace(
      /^for service in (.*); do$/m,
      ([, list], name) => `for service in ${list}${list.split(' ').includes(name) ? '' : ` ${name}`}; do`,
    ),
  ),
  edit('.env.example', insertBefore('# PROVIDER_PORT=', '# NEW_SERVICE_PORT=$PORT\n')),
  edit(
    'docs/map.md',
    insertBefore(
      '\n## Libraries',
      '| [new-service](../apps/new-service/README.md) | notes that buyers write about their confirmed orders |\n',
    ),
  ),
];
