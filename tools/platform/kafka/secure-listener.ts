/** A listener with TLS and login beside the plain one, on 127.0.0.1 and on ::1. Brokers talk to each other without it. */
export interface SecureListener {
  readonly port: number;
  /** The port of the same listener on ::1. */
  readonly ipv6Port?: number | undefined;
  /** The broker's private key and certificate, PEM. */
  readonly certificateFile: string;
  /** Passwords by user, for SCRAM-SHA-512 and PLAIN alike. */
  readonly users: Readonly<Record<string, string>>;
  /** Users that may do everything. All others need ACLs. */
  readonly superUsers: readonly string[];
}

const listenersOf = ({ port, ipv6Port }: SecureListener): string[] => [
  `SECURE://127.0.0.1:${port}`,
  ...(ipv6Port === undefined ? [] : [`SECURE6://[::1]:${ipv6Port}`]),
];

/** The settings of server.properties, given those of a node without the listener. */
export function secureProperties(
  secure: SecureListener,
  plain: Readonly<Record<string, string>>,
): Record<string, string> {
  const more = listenersOf(secure);
  const passwords = Object.entries(secure.users).map(([user, password]) => `user_${user}="${password}"`);
  const login = Object.fromEntries(
    ['secure', 'secure6'].flatMap((listener) => [
      [`listener.name.${listener}.plain.sasl.jaas.config`, jaas('plain.PlainLoginModule', passwords)],
      [`listener.name.${listener}.scram-sha-512.sasl.jaas.config`, jaas('scram.ScramLoginModule', [])],
    ]),
  );
  return {
    listeners: [plain['listeners'], ...more].join(','),
    'advertised.listeners': [plain['advertised.listeners'], ...more].join(','),
    'listener.security.protocol.map': `${plain['listener.security.protocol.map']},SECURE:SASL_SSL,SECURE6:SASL_SSL`,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': secure.certificateFile,
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512,PLAIN',
    ...login,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    // Clients of the plain listener, and the brokers themselves, are ANONYMOUS.
    'super.users': ['ANONYMOUS', ...secure.superUsers].map((user) => `User:${user}`).join(';'),
  };
}

const jaas = (module: string, options: readonly string[]): string =>
  `org.apache.kafka.common.security.${[module, 'required', ...options].join(' ')};`;

/** Arguments of Kafka's format command that create the users. */
export const scramArguments = ({ users }: Pick<SecureListener, 'users'>): string[] =>
  Object.entries(users).flatMap(([name, password]) => [
    '--add-scram',
    `SCRAM-SHA-512=[name=${name},password=${password}]`,
  ]);
