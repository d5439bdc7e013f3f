/** TLS and logins on every listener of a node: nothing reaches it without a certificate or a password, and nothing is allowed without an ACL. */
export interface BrokerAccess {
  /** The broker's private key and certificate, PEM. */
  readonly certificateFile: string;
  /** The authority that signed it, PEM. */
  readonly caFile: string;
  /** Passwords by user, for SCRAM-SHA-512. */
  readonly users: Readonly<Record<string, string>>;
  /** The only user that may do everything; the broker itself logs in as it. All others need ACLs. */
  readonly superUser: string;
}

/** The subject of the certificate of `makeCertificates`: as this user, a node connects to its controller. */
const nodeUser = 'CN=localhost';

/** The settings of server.properties that replace those of a node with open listeners. Only for a single node without a proxy. */
export const closedProperties = ({
  certificateFile,
  caFile,
  users,
  superUser,
}: BrokerAccess): Record<string, string> => ({
  'listener.security.protocol.map': 'CLIENT:SASL_SSL,CONTROLLER:SSL',
  'ssl.keystore.type': 'PEM',
  'ssl.keystore.location': certificateFile,
  'ssl.truststore.type': 'PEM',
  'ssl.truststore.location': caFile,
  'listener.name.controller.ssl.client.auth': 'required',
  'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
  'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-512',
  'listener.name.client.scram-sha-512.sasl.jaas.config': `org.apache.kafka.common.security.scram.ScramLoginModule required username="${superUser}" password="${users[superUser]}";`,
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'allow.everyone.if.no.acl.found': 'false',
  'super.users': `User:${nodeUser};User:${superUser}`,
});
