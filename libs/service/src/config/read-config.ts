import { randomBytes } from 'node:crypto';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import type { ServiceConfig } from './service-config.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment lacks something, or has it wrong. The message names every variable and what is expected, never a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly #faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`the environment is not fit to start with:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.#faults = faults;
    // Nobody caught it in a main.ts: the reader needs the names of the variables, not the place in the code.
    this.stack = `${this.name}: ${this.message}`;
  }

  get faults(): readonly string[] {
    return this.#faults;
  }
}

const variablesOf = (cls: new () => object): Set<string> =>
  new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(cls, '', false, false)
      .map((rule) => rule.propertyName),
  );

/**
 * Reads the variables that the class has rules for, checks them all and freezes the result. An empty variable counts as
 * not set. Throws one ConfigError that names every variable that is missing or wrong.
 */
export function readConfig<C extends ServiceConfig>(cls: new () => C, environment: Environment): Readonly<C> {
  const given: Record<string, string> = { INSTANCE_ID: `service-${randomBytes(4).toString('hex')}` };
  for (const name of variablesOf(cls)) {
    const value = environment[name]?.trim();
    if (value) given[name] = value;
  }
  const config = plainToInstance(cls, given, { exposeDefaultValues: true });
  const faults = validateSync(config, { stopAtFirstError: true }).map(({ property, constraints }) => {
    const rule =
      Object.values(constraints ?? {})[0]?.replace(new RegExp(`^(each value in )?${property} `), '') ?? 'is wrong';
    return given[property] === undefined ? `${property} is missing: it ${rule}` : `${property} ${rule}`;
  });
  if (faults.length > 0) throw new ConfigError(faults.sort());
  return Object.freeze(config);
}
