/**
 * Who may import whom. `@tradewind/*` is followed to its sources (tools/checks/tsconfig.sources.json), so a rule sees the file
 * behind a package, and types count like everything else. "Tests" are the specs and what stands beside them for their use.
 */
const tests = ['[.]spec[.]ts$', '-conformance[.]ts$', '/test/', '^libs/testing/'];
const inner = '^(apps|libs|tools)/';
const edge = ['^apps/gateway/', '^apps/payment/src/provider/', '^tools/'];
const npm = (...names) => names.map((name) => `(^|/)node_modules/${name}/`);

/** `from` may have, of all that `to` says, nothing but `but`. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

export default {
  forbidden: [
    forbid(
      'apps-know-no-other-app',
      'Services share messages, and nothing else of each other: put it into libs/contracts, or keep an own copy fed by events.',
      { path: '^apps/([^/]+)/' },
      { path: '^apps/', pathNot: '^apps/$1/' },
    ),
    forbid(
      'domain-is-plain',
      'A domain folder imports @tradewind/kernel and itself, not even a module of Node: hand in what it needs as an argument.',
      { path: '^apps/([^/]+)/src/domain/', pathNot: tests },
      { pathNot: ['^apps/$1/src/domain/', '^libs/kernel/'] },
    ),
    forbid(
      'sagas-are-plain',
      'A saga imports @tradewind/kernel, contracts and saga, its domain and itself.',
      { path: '^apps/([^/]+)/src/sagas/', pathNot: tests },
      { pathNot: ['^apps/$1/src/(domain|sagas)/', '^libs/(kernel|contracts|saga)/'] },
    ),
    forbid(
      'typeorm-stays-in-storage',
      'TypeORM is seen by storage/, migrations/, modules, libs/messaging, and libs/service in database/, operate/ and stored-* alone.',
      {
        path: inner,
        pathNot: [
          ...tests,
          '^apps/[^/]+/(src/storage|migrations)/',
          '[.]module[.]ts$',
          '[.]migrations?[.]ts$',
          '^libs/messaging/',
          '^libs/service/src/(database/|operate/|[^/]+/stored-)',
          '^tools/',
        ],
      },
      { path: npm('typeorm') },
    ),
    forbid(
      'kafkajs-stays-in-its-adapter',
      'The Kafka client is imported by libs/messaging/src/kafka alone: use the ports KafkaClient, Publisher and Subscription.',
      { path: inner, pathNot: '^libs/messaging/src/kafka/' },
      { path: npm('kafkajs') },
    ),
    forbid(
      'http-clients-at-the-edge',
      'No service calls another: an HTTP client is for the gateway, the payment provider and the tools, which are the outside world.',
      { path: inner, pathNot: [...tests, ...edge] },
      { path: npm('undici', 'axios', 'got', 'node-fetch', 'supertest') },
    ),
    forbid(
      'sockets-at-the-edge',
      "Node's own client and server of HTTP, like its sockets, are for the edge and the Kafka client; their types are for everybody.",
      {
        path: inner,
        pathNot: [
          ...tests,
          ...edge,
          '^libs/service/src/http/problem[.]ts$',
          '^libs/messaging/src/kafka/kafkajs-sockets[.]ts$',
        ],
      },
      { path: '^(node:)?(http|https|http2|net|tls|dgram)$', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'libs-know-no-app',
      'A library is used by apps and tools, never the other way round.',
      { path: '^libs/', pathNot: tests },
      { path: '^(apps|tools|test|bench)/' },
    ),
    forbid(
      'tests-of-libs-know-only-the-platform',
      'A test of a library may start the real Kafka and PostgreSQL of tools/platform, and knows nothing else outside.',
      { path: '^libs/.*[.]spec[.]ts$' },
      { path: '^(apps|tools|test|bench)/', pathNot: '^tools/platform/' },
    ),
    forbid(
      'tools-know-no-app',
      'The tools see the shop from outside, so that an audit or a load shares no mistake with a service.',
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
      '@tradewind/contracts imports @tradewind/kernel and @tradewind/messaging/contract of ours, never the rest of the messaging library.',
      { path: '^libs/contracts/', pathNot: tests },
      { path: '^(libs|tools)/', pathNot: ['^libs/(contracts|kernel)/', '^libs/messaging/src/contract/'] },
    ),
    forbid(
      'messaging-is-for-strangers',
      '@tradewind/messaging works without the shop: it imports @tradewind/kernel and @tradewind/saga of ours.',
      { path: '^libs/messaging/', pathNot: tests },
      { path: '^libs/', pathNot: '^libs/(messaging|kernel|saga)/' },
    ),
    forbid(
      'testing-is-for-tests',
      '@tradewind/testing and the rehearsal are for tests.',
      { path: inner, pathNot: [...tests, '^libs/saga/src/rehearse/'] },
      { path: ['^libs/testing/', '^libs/saga/src/rehearse/'] },
    ),
    forbid(
      'libraries-by-their-names',
      'Another library is imported by its name (@tradewind/kernel), never by a path into its folder.',
      { path: '^(?:libs|apps|tools|test|bench)/([^/]+)/' },
      { path: '^libs/', pathNot: '^libs/$1/', dependencyTypesNot: ['aliased-tsconfig', 'aliased-tsconfig-paths'] },
    ),
    forbid(
      'no-dev-packages',
      'What is deployed does not import a package that is there for development only.',
      { path: '^(apps|libs)/', pathNot: [...tests, '^libs/saga/src/rehearse/', '/example/'] },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'no-cycles',
      'Two files that need each other are one thought or hide a third: move what both need into a file of its own.',
      { path: inner },
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    forbid('everything-resolves', 'This import leads nowhere.', { path: inner }, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['/dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: `${import.meta.dirname}/tools/checks/tsconfig.sources.json` }, // absolute, or its "extends" is looked for in the wrong place
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
