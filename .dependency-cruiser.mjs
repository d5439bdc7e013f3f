/**
 * Rules about imports. `@tradewind/*` is resolved to its sources (tools/checks/tsconfig.sources.json), so a rule sees the file behind a
 * package; type imports count. "Tests" are the specs and the files that only specs use.
 */
export const tests = ['[.]spec[.]ts$', '-conformance[.]ts$', '/test/', '^libs/(testing|simulation)/'];
const inner = '^(apps|libs|tools)/';
const all = '^(apps|libs|tools|test|bench)/';
const edge = [
  '^apps/console/src/log-in/',
  '^apps/gateway/',
  '^apps/payment/src/provider/',
  '^apps/order/src/webhooks/',
  '^tools/',
];
const npm = (...names) => names.map((name) => `(^|/)node_modules/${name}/`);

/** Files that no service needs to serve. */
const onDemand = [
  '^libs/service/src/(openapi/(docs|describe-dtos)[.]ts$|api-document/)',
  '^apps/[^/]+/src/(recovery/|operate[.]ts$)',
];

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const messaging = '^libs/messaging/src/';
/** The folders of the messaging library, and which of the others each may import. `runtime/` wires all of them. */
const messagingFolders = {
  message: [],
  ports: ['message'],
  tracing: ['ports', 'message'],
  outbox: ['tracing', 'ports', 'message'],
  handling: ['outbox', 'tracing', 'ports', 'message'],
  consumer: ['handling', 'outbox', 'tracing', 'ports', 'message'],
  effects: ['handling', 'tracing', 'ports', 'message'],
  sagas: ['handling', 'tracing', 'ports', 'message'],
  description: ['sagas', 'effects', 'handling', 'outbox', 'ports', 'message'],
  'adapters/kafkajs': ['adapters/system', 'ports', 'message'],
  'adapters/postgres': ['adapters/system', 'ports', 'message'],
  'adapters/system': ['ports'],
};

export default {
  forbidden: [
    forbid(
      'apps-know-no-other-app',
      'Services share only messages: put it into libs/contracts, or build an own copy from events.',
      { path: '^apps/([^/]+)/' },
      { path: '^apps/', pathNot: '^apps/$1/' },
    ),
    forbid(
      'domain-is-plain',
      "A domain folder imports @tradewind/kernel, the contracts' ids and itself, and no module of Node: pass what it needs as an argument.",
      { path: '^apps/([^/]+)/src/domain/', pathNot: tests },
      { pathNot: ['^apps/$1/src/domain/', '^libs/kernel/', '^libs/contracts/src/ids[.]ts$'] },
    ),
    forbid(
      'sagas-are-plain',
      'A saga imports @tradewind/kernel, contracts and saga, its domain, its tables and itself.',
      { path: '^apps/([^/]+)/src/sagas/', pathNot: tests },
      {
        pathNot: [
          '^apps/$1/src/(domain|sagas)/',
          '^apps/$1/src/storage/[^/]+[.]tables[.]ts$',
          '^libs/(kernel|contracts|saga)/',
        ],
      },
    ),
    forbid(
      'typeorm-stays-in-storage',
      'TypeORM is imported only by storage/, migrations/, modules, libs/messaging, libs/operations, and libs/service in database/, operate/ and stored-*.',
      {
        path: inner,
        pathNot: [
          ...tests,
          '^apps/[^/]+/(src/storage|migrations)/',
          '[.]module[.]ts$',
          '[.]migrations?[.]ts$',
          '^libs/(messaging|operations)/',
          '^libs/service/src/(database/|operate/|[^/]+/stored-)',
          '^tools/',
        ],
      },
      { path: npm('typeorm') },
    ),
    forbid(
      'kafkajs-stays-in-its-adapter',
      'Only libs/messaging/src/adapters/kafkajs imports the Kafka client: use the ports KafkaClient, Publisher and Subscription.',
      { path: inner, pathNot: '^libs/messaging/src/adapters/kafkajs/' },
      { path: npm('kafkajs') },
    ),
    forbid(
      'http-clients-at-the-edge',
      'No service calls another: HTTP clients are for the gateway, the payment provider, the webhooks of partners and the tools only.',
      { path: inner, pathNot: [...tests, ...edge] },
      { path: npm('undici', 'axios', 'got', 'node-fetch', 'supertest') },
    ),
    forbid(
      'sockets-at-the-edge',
      "Node's HTTP and socket modules are for the edge and the Kafka client only; their types are allowed everywhere.",
      {
        path: inner,
        pathNot: [
          ...tests,
          ...edge,
          '^libs/service/src/http/problem[.]ts$',
          '^libs/messaging/src/adapters/kafkajs/(kafkajs-sockets|kafkajs-settings|listener-probe)[.]ts$',
          '^libs/service/src/health/operations-server[.]ts$',
        ],
      },
      { path: '^(node:)?(http|https|http2|net|tls|dgram)$', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'loaded-on-demand',
      'A service imports @nestjs/swagger and @tradewind/operations when they are first needed, with import(): a restart takes longer with each module.',
      { path: '^(apps|libs/service)/', pathNot: [...tests, ...onDemand] },
      {
        path: [...npm('@nestjs/swagger'), '^libs/operations/', ...onDemand],
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    ),
    forbid(
      'libs-know-no-app',
      'Apps and tools use libraries; a library never imports them.',
      { path: '^libs/', pathNot: tests },
      { path: '^(apps|tools|test|bench)/' },
    ),
    forbid(
      'tests-of-libs-know-only-the-platform',
      'A test of a library can start the real Kafka and PostgreSQL of tools/platform, and imports nothing else outside libs/.',
      { path: '^libs/.*[.]spec[.]ts$' },
      { path: '^(apps|tools|test|bench)/', pathNot: '^tools/platform/' },
    ),
    forbid(
      'tools-know-no-app',
      'The tools see the shop from outside: the audit and the simulated trading must not share code, and so errors, with a service.',
      { path: '^tools/', pathNot: tests },
      { path: '^apps/' },
    ),
    forbid(
      'kernel-needs-nothing',
      '@tradewind/kernel has no dependency.',
      { path: '^libs/kernel/', pathNot: tests },
      { pathNot: '^libs/kernel/' },
    ),
    forbid(
      'saga-is-pure',
      '@tradewind/saga has no I/O: it imports @tradewind/kernel and itself.',
      { path: '^libs/saga/src/(?!rehearse/)', pathNot: tests },
      { pathNot: ['^libs/(saga/src/(?!rehearse/)|kernel/)'] },
    ),
    forbid(
      'contracts-are-messages',
      '@tradewind/contracts imports only @tradewind/kernel and @tradewind/messaging/message of our packages.',
      { path: '^libs/contracts/', pathNot: tests },
      { path: '^(libs|tools)/', pathNot: ['^libs/(contracts|kernel)/', '^libs/messaging/src/message[.]ts$'] },
    ),
    forbid(
      'messaging-is-for-strangers',
      '@tradewind/messaging works without the shop: it imports only @tradewind/kernel and @tradewind/saga of our packages.',
      { path: '^libs/messaging/', pathNot: tests },
      { path: '^libs/', pathNot: '^libs/(messaging|kernel|saga)/' },
    ),
    ...Object.entries(messagingFolders).map(([folder, others]) =>
      forbid(
        `messaging-${folder.replace('/', '-')}`,
        `${folder}/ of the messaging library imports no other folder than: ${others.join(', ') || 'none'}.`,
        { path: `${messaging}${folder}/`, pathNot: tests },
        { path: messaging, pathNot: [folder, ...others].map((other) => `${messaging}${other}/`) },
      ),
    ),
    forbid(
      'ports-are-interfaces',
      'ports/ of the messaging library imports types of message/, @tradewind/kernel, and hashes of node:crypto.',
      { path: `${messaging}ports/`, pathNot: tests },
      { pathNot: [`${messaging}ports/`, '^libs/kernel/', '^(node:)?crypto$'], dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'message-needs-only-validators',
      'message/ of the messaging library imports class-validator, class-transformer and @tradewind/kernel.',
      { path: `${messaging}message/`, pathNot: tests },
      {
        pathNot: [`${messaging}message/`, '^libs/kernel/', ...npm('class-validator', 'class-transformer')],
      },
    ),
    forbid(
      'pg-stays-in-its-adapter',
      'Only libs/messaging/src/adapters/postgres imports the PostgreSQL client: use the port Store.',
      { path: messaging, pathNot: [...tests, `${messaging}adapters/postgres/`] },
      { path: npm('pg') },
    ),
    forbid(
      'typeorm-stays-in-its-adapter',
      'Of the messaging library, only adapters/postgres imports TypeORM; the outbox, transactional handlers, the start of sagas and runtime/ have its types in their API.',
      {
        path: messaging,
        pathNot: [
          ...tests,
          `${messaging}(adapters/postgres/|outbox/outbox[.]ts$|handling/(transactional-handler|decision-writer)[.]ts$|sagas/sagas[.]ts$|runtime/)`,
        ],
      },
      { path: npm('typeorm') },
    ),
    forbid(
      'only-types-of-typeorm',
      'The outbox, transactional handlers, the start of sagas and runtime/ of the messaging library import only types of TypeORM.',
      {
        path: `${messaging}(outbox/outbox[.]ts$|handling/(transactional-handler|decision-writer)[.]ts$|sagas/sagas[.]ts$|runtime/)`,
        pathNot: tests,
      },
      { path: npm('typeorm'), dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'console-uses-operations',
      '@tradewind/console imports only @tradewind/kernel, messaging and operations of our packages.',
      { path: '^libs/console/', pathNot: tests },
      { path: '^libs/', pathNot: '^libs/(console|operations|messaging|kernel)/' },
    ),
    forbid(
      'operations-use-messaging',
      '@tradewind/operations imports only @tradewind/kernel, saga and messaging of our packages.',
      { path: '^libs/operations/', pathNot: tests },
      { path: '^libs/', pathNot: '^libs/(operations|messaging|saga|kernel)/' },
    ),
    forbid(
      'internals-are-for-our-libraries',
      'Only our libraries, tools and tests import @tradewind/messaging/internals. A service, and an example, uses the public API, or what @tradewind/service offers.',
      { path: inner, pathNot: [...tests, '^libs/(operations|console|messaging|service)/src/', '^tools/'] },
      { path: '^libs/messaging/src/internals[.]ts$' },
    ),
    forbid(
      'testing-is-for-tests',
      '@tradewind/testing, @tradewind/simulation and the rehearsal are for tests.',
      { path: inner, pathNot: [...tests, '^libs/saga/src/rehearse/'] },
      { path: ['^libs/(testing|simulation)/', '^libs/saga/src/rehearse/'] },
    ),
    forbid(
      'libraries-by-their-names',
      'Another library is imported by its name (@tradewind/kernel), never by a path into its folder.',
      { path: '^(?:libs|apps|tools|test|bench)/([^/]+)/' },
      { path: '^libs/', pathNot: '^libs/$1/', dependencyTypesNot: ['aliased-tsconfig', 'aliased-tsconfig-paths'] },
    ),
    forbid(
      'no-dev-packages',
      'Deployed code must not import a package that is installed for development only.',
      { path: '^(apps|libs)/', pathNot: [...tests, '^libs/saga/src/rehearse/', '/example/'] },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'no-cycles',
      'Two files must not import each other, not even types: join them, or move what both need to a third file.',
      { path: all },
      { circular: true },
    ),
    forbid('everything-resolves', 'The imported module does not exist.', { path: all }, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['^(?!.*node_modules/).*/dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: `${import.meta.dirname}/tools/checks/tsconfig.sources.json` }, // absolute, or its "extends" is not found
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
