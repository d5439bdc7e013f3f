/** What trading makes a service do besides handling messages: run commands, claim idempotency keys, publish, call the outside, run sagas. */
export type Activity = 'commands' | 'idempotency' | 'publishing' | 'effects' | 'sagas';

/**
 * The services of the shop, in the order in which they are started. Every other list of services, databases or ports is derived from
 * this one. Plain data: it imports nothing, so that the audit can use it as well. The topics of a service are those of the contracts'
 * `topics` whose owner it is.
 */
export interface ServiceDescription {
  readonly name: string;
  /** The name of its database and of the role that owns it; null without a database. */
  readonly database: string | null;
  /** The port of its first instance under `npm start`; `<NAME>_PORT` sets another one. */
  readonly port: number;
  /** It seals personal data: its programs need DATA_KEY_SECRET. */
  readonly sealsData: boolean;
  /** It calls the payment provider: its programs need PROVIDER_URL, PROVIDER_API_KEY and PROVIDER_WEBHOOK_SECRET. */
  readonly callsProvider: boolean;
  /** It signs access tokens: its programs need SIGNING_ROOT_PRIVATE_KEY. */
  readonly signsTokens?: true;
  /** It sends e-mails: its programs need MAIL_FOLDER. */
  readonly sendsMail?: true;
  /** Whether more than one instance can run under `npm start`. */
  readonly scalable: boolean;
  /**
   * The message types that each of its consumers handles, by topic, without the keys of `user.keys` and `user.data-keys`. Written by
   * hand, so that the audit finds a missing or an additional handler without knowing the services' code. A spec compares it with their
   * controllers and sagas.
   */
  readonly consumes?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** What the load of the faults makes it do: they kill it in each of them. The trading of `npm start` knows the shop's own services only. */
  readonly activities?: readonly Activity[];
  /** It publishes a reply to each message that it handles, also to a repeated one: without a reply the effect was lost. */
  readonly replies?: true;
}

export const services = [
  {
    name: 'user',
    database: 'user',
    port: 3001,
    sealsData: true,
    callsProvider: false,
    signsTokens: true,
    sendsMail: true,
    scalable: true,
    activities: ['commands', 'publishing'],
  },
  {
    name: 'product',
    database: 'product',
    port: 3002,
    sealsData: false,
    callsProvider: false,
    scalable: true,
    activities: ['commands', 'publishing'],
    consumes: {
      product: { 'stock.commands': ['stock.reserve', 'stock.release', 'stock.sell', 'stock.take-back'] },
    },
    replies: true,
  },
  {
    name: 'cart',
    database: 'cart',
    port: 3003,
    sealsData: true,
    callsProvider: false,
    scalable: true,
    activities: ['commands', 'idempotency', 'publishing'],
    consumes: {
      cart: {
        'order.events': ['order.placed', 'order.confirmed', 'order.rejected', 'order.cancelled'],
        'user.events': ['user.forgotten'],
      },
      'cart.prices': {
        'product.events': [
          'product.added',
          'product.renamed',
          'product.repriced',
          'product.archived',
          'product.restored',
          'product.availability-changed',
        ],
      },
    },
  },
  {
    name: 'order',
    database: 'order',
    port: 3004,
    sealsData: true,
    callsProvider: false,
    scalable: true,
    activities: ['commands', 'idempotency', 'publishing', 'sagas'],
    consumes: {
      order: {
        'cart.events': ['cart.checked-out'],
        'stock.events': ['stock.reserved', 'stock.refused', 'stock.released', 'stock.sold', 'stock.taken-back'],
        'payment.events': ['payment.taken', 'payment.declined', 'payment.refunded', 'payment.goodwill-refunded'],
        'user.events': ['user.forgotten'],
      },
      'order.prices': {
        'product.events': [
          'product.added',
          'product.renamed',
          'product.repriced',
          'product.archived',
          'product.restored',
        ],
      },
    },
  },
  {
    name: 'payment',
    database: 'payment',
    port: 3005,
    sealsData: false,
    callsProvider: true,
    scalable: true,
    activities: ['commands', 'publishing', 'effects'],
    consumes: { payment: { 'payment.commands': ['payment.take', 'payment.refund'] } },
  },
  { name: 'gateway', database: null, port: 3000, sealsData: false, callsProvider: false, scalable: false },
] as const satisfies readonly ServiceDescription[];

/** Programs of `apps/` without a database and messages of their own: they stand on the services. Each is started only where it is asked for. */
export const applications = [{ name: 'console', port: 3011 }] as const;

type Described = (typeof services)[number];

export type ServiceName = Described['name'];

/** A service that owns a database, and with it an outbox and inboxes. */
export type DatabaseService = Extract<Described, { readonly database: string }>['name'];

export const serviceNames: readonly ServiceName[] = services.map(({ name }) => name);

export const databaseServices: readonly DatabaseService[] = services.flatMap(({ name, database }) =>
  database === null ? [] : [name],
);

export const isDatabaseService = (name: string): name is DatabaseService =>
  (databaseServices as readonly string[]).includes(name);

/** What is known about a service. */
export const describeService = (name: ServiceName): ServiceDescription =>
  services.find((service) => service.name === name)!;

/** A value for each service that owns a database. */
export const perDatabase = <T>(valueOf: (service: DatabaseService) => T): Record<DatabaseService, T> =>
  Object.fromEntries(databaseServices.map((name) => [name, valueOf(name)])) as Record<DatabaseService, T>;

/** A service's or a process' own environment variable: `ORDER_PORT`, `KAFKA_CONTROLLER_PORT`. */
export const settingOf = (name: string, setting: string): string =>
  `${name.toUpperCase().replaceAll('-', '_')}_${setting}`;

/** The environment variable with the URL of a service's database: `ORDER_DATABASE_URL`. */
export const databaseSetting = (service: DatabaseService): string => settingOf(service, 'DATABASE_URL');

/** The variable with the URL of a service's database as the owner of its tables, for the operator's command: `ORDER_MIGRATION_DATABASE_URL`. */
export const ownerSetting = (service: DatabaseService): string => settingOf(service, 'MIGRATION_DATABASE_URL');
