import { httpPortRule, isHttpPort, isHttpUrl } from '@tradewind/kernel';

export interface ProviderSettings {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** The append-only log file. */
  readonly log: string;
  /** Callers send it: `Authorization: Bearer <key>`. */
  readonly apiKey: string;
  /** Additional delay of every answer. */
  readonly latencyMs: number;
  /** Delay of the first answer to a take by `sim_slow`. */
  readonly slowMs: number;
  readonly webhook?: { readonly url: string; readonly secret: string };
}

/** A setting is missing or invalid. The message has its name and the expected value. */
export class BadSetting extends Error {
  override readonly name = 'BadSetting';
}

type Environment = Readonly<Record<string, string | undefined>>;

const wholeNumber = (environment: Environment, name: string, fallback: number, max: number): number => {
  const text = environment[name];
  if (text === undefined || text === '') return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= max) return value;
  throw new BadSetting(`${name} must be a whole number from 0 to ${max}`);
};

const port = (environment: Environment): number => {
  const value = wholeNumber(environment, 'PORT', 3010, 65_535);
  if (value === 0 || isHttpPort(value)) return value;
  throw new BadSetting(`PORT must be 0 or ${httpPortRule}`);
};

const webhook = (environment: Environment): Pick<ProviderSettings, 'webhook'> => {
  const url = environment['PROVIDER_WEBHOOK_URL'];
  if (url === undefined || url === '') return {};
  if (!isHttpUrl(url))
    throw new BadSetting(
      `PROVIDER_WEBHOOK_URL must be an http or https address, without a port or with ${httpPortRule}`,
    );
  const secret = environment['PROVIDER_WEBHOOK_SECRET'];
  if (secret === undefined || secret === '')
    throw new BadSetting('PROVIDER_WEBHOOK_SECRET is missing: with PROVIDER_WEBHOOK_URL the webhooks must be signed');
  return { webhook: { url, secret } };
};

/** Reads the environment once. Throws BadSetting with the name of the first invalid setting. */
export function readSettings(environment: Environment): ProviderSettings {
  const log = environment['PROVIDER_LOG'];
  if (log === undefined || log === '')
    throw new BadSetting('PROVIDER_LOG is missing: set it to the path of the append-only log file');
  const apiKey = environment['PROVIDER_API_KEY'] ?? '';
  if (!/^[\w-]{16,200}$/.test(apiKey))
    throw new BadSetting('PROVIDER_API_KEY must be 16 to 200 letters, digits, dashes or underscores: callers send it');
  return {
    port: port(environment),
    host: environment['HOST'] || '127.0.0.1',
    log,
    apiKey,
    latencyMs: wholeNumber(environment, 'PROVIDER_LATENCY_MS', 0, 60_000),
    slowMs: 3_000,
    ...webhook(environment),
  };
}
