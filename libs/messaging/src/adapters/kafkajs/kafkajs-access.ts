import { KafkaAccessRefused } from '../../ports/errors.js';
import type { Address, KafkaSettings } from './kafkajs-settings.js';
import type { CertificateDenial, KafkajsSockets } from './kafkajs-sockets.js';
import { probeListener } from './listener-probe.js';

/** What a request is about, for the message of a missing permission. */
export interface Concerns {
  readonly group?: string | undefined;
  readonly topics?: readonly string[] | undefined;
  /** The operations that it needs there, as Kafka names them. */
  readonly operation?: string | undefined;
}

/** Replaces an error whose cause is that the brokers refuse this client. Any other error is returned unchanged. */
export async function explain(
  error: unknown,
  settings: KafkaSettings,
  sockets: KafkajsSockets,
  concerns: Concerns = {},
): Promise<unknown> {
  const denial = (reason: KafkaAccessRefused['reason'], text: string): KafkaAccessRefused =>
    new KafkaAccessRefused(reason, text, { cause: error });
  if (error instanceof KafkaAccessRefused || sockets.closed) return error;
  for (const { name, type, message } of causesOf(error)) {
    if (type === 'ILLEGAL_SASL_STATE') return denial('login', noLoginExpected);
    if (name === 'KafkaJSSASLAuthenticationError' || type === 'SASL_AUTHENTICATION_FAILED')
      return denial('login', loginRefused(settings, message));
    if (type === 'UNSUPPORTED_SASL_MECHANISM' || /mechanism is not supported/.test(message))
      return denial('login', mechanismUnknown(settings));
    if (type?.endsWith('_AUTHORIZATION_FAILED'))
      return denial('permission', permissionMissing(settings, type, concerns));
  }
  if (sockets.untrusted) return denial('certificate', certificateText(sockets.untrusted));
  return (sockets.hungUp && (await explainHangUp(sockets.hungUp, settings, denial))) ?? error;
}

async function explainHangUp(
  broker: Address,
  { ssl, sasl }: KafkaSettings,
  denial: (reason: KafkaAccessRefused['reason'], text: string) => KafkaAccessRefused,
): Promise<KafkaAccessRefused | undefined> {
  const expectsTls = ssl !== undefined && ssl !== false;
  const { tls, login } = await probeListener(broker, ssl === true ? {} : expectsTls ? ssl : undefined);
  if (tls === true && !expectsTls)
    return denial(
      'encryption',
      `the broker ${nameOf(broker)} speaks TLS: set kafka.ssl, or use a listener without TLS`,
    );
  if (tls === false && expectsTls)
    return denial(
      'encryption',
      `the broker ${nameOf(broker)} does not speak TLS: name the port of its TLS listener in kafka.brokers, or remove kafka.ssl`,
    );
  if (login === true && !sasl) return denial('login', `the broker ${nameOf(broker)} expects a login: set kafka.sasl`);
  return undefined;
}

const noLoginExpected =
  'the brokers expect no login on this port: name the port of their SASL listener in kafka.brokers, or remove kafka.sasl';

function userOf({ sasl }: KafkaSettings): string {
  if (!sasl) return 'a client without a login (kafka.sasl)';
  return sasl.mechanism === 'oauthbearer'
    ? 'the token of kafka.sasl.token'
    : `the user ${sasl.username} of kafka.sasl.username`;
}

const loginRefused = (settings: KafkaSettings, message: string): string =>
  /mechanism is not supported/.test(message)
    ? mechanismUnknown(settings)
    : `the brokers refuse the login of ${userOf(settings)} with ${settings.sasl?.mechanism}: check ${settings.sasl?.mechanism === 'oauthbearer' ? 'it' : 'it, kafka.sasl.password'} and kafka.sasl.mechanism`;

const mechanismUnknown = ({ sasl }: KafkaSettings): string =>
  `the brokers do not offer the mechanism ${sasl?.mechanism}: change kafka.sasl.mechanism, or enable it on their listener`;

function permissionMissing(settings: KafkaSettings, type: string, { group, topics = [], operation }: Concerns): string {
  const resource = type.startsWith('GROUP')
    ? `the group ${group ?? ''}`.trim()
    : type.startsWith('TOPIC')
      ? topics.length === 1
        ? `the topic ${topics[0]}`
        : `a topic${topics.length === 0 ? '' : ` of ${topics.join(', ')}`}`
      : 'the cluster';
  return `the brokers allow ${userOf(settings)} no access to ${resource} (${type}): add an ACL for ${operation === undefined ? 'it' : `the operation ${operation}`}, or log in as another user`;
}

function certificateText({ code, message, ...broker }: CertificateDenial): string {
  const refused = `the certificate of the broker ${nameOf(broker)} is not accepted (${code})`;
  if (code.startsWith('ERR_SSL_'))
    return `the broker ${nameOf(broker)} does not accept the client's certificate (${code}): set kafka.ssl.cert and kafka.ssl.key`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH')
    return `${refused}: ${message}: use a name of the certificate in kafka.brokers, or set kafka.ssl.servername to one`;
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return `${refused}: renew it, or check the clock`;
  return `${refused}: set kafka.ssl.ca to the certificate of the authority that signed it`;
}

const nameOf = ({ host, port }: Address): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);

interface KafkajsError {
  readonly name: string;
  readonly message: string;
  readonly type?: string;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

/** The error and what caused it, outermost first. kafkajs wraps errors after its last retry, and those of several topics. */
export function causesOf(error: unknown, depth = 0): KafkajsError[] {
  if (!(error instanceof Error) || depth > 10) return [];
  const { cause, errors = [] } = error as KafkajsError;
  return [error, ...[cause, ...errors].flatMap((each) => causesOf(each, depth + 1))];
}
