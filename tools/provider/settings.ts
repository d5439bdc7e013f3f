export interface ProviderSettings {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  /** The append-only file that is the provider's memory. */
  readonly log: string;
  /** Every answer comes so many milliseconds later. */
  readonly latencyMs: number;
  /** How late the first answer to a take by `sim_slow` comes. */
  readonly slowMs: number;
  readonly webhook?: { readonly url: string; readonly secret: string };
}

/** A setting is missing or can't be used. The message names it and says what is expected. */
export class BadSetting extends Error {
  override readonly name = 'BadSetting';
}

type Environment = Readonly<Record<string, string | undefined>>;

const whole = (environment: Environment, name: string, otherwise: number, most: number): number => {
  const given = environment[name];
  if (given === undefined || given === '') return otherwise;
  const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
  if (value <= most) return value;
  throw new BadSetting(`${name} must be a whole number from 0 to ${most}`);
};

const webhook = (environment: Environment): Pick<ProviderSettings, 'webhook'> => {
  const url = environment['PROVIDER_WEBHOOK_URL'];
  if (url === undefined || url === '') return {};
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new BadSetting('PROVIDER_WEBHOOK_URL must be an http or https address');
  const secret = environment['PROVIDER_WEBHOOK_SECRET'];
  if (secret === undefined || secret === '')
    throw new BadSetting('PROVIDER_WEBHOOK_SECRET is missing: with PROVIDER_WEBHOOK_URL the webhooks must be signed');
  return { webhook: { url, secret } };
};

/** Reads the environment once. Throws BadSetting with the name of the first setting that is wrong. */
export function readSettings(environment: Environment): ProviderSettings {
  const log = environment['PROVIDER_LOG'];
  if (log === undefined || log === '')
    throw new BadSetting('PROVIDER_LOG is missing: name the append-only file that the provider keeps');
  return {
    port: whole(environment, 'PORT', 3010, 65_535),
    host: environment['HOST'] || '127.0.0.1',
    log,
    latencyMs: whole(environment, 'PROVIDER_LATENCY_MS', 0, 60_000),
    slowMs: 3_000,
    ...webhook(environment),
  };
}
