import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { OperationRejected } from '@tradewind/kernel';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import { kafkaSecurity } from '@tradewind/messaging';
import type { ProgramConfig } from './service-config.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Environment variables are missing or invalid. The message names every variable and what is expected, never a value. */
export class ConfigError extends OperationRejected {
  override readonly name = 'ConfigError';
  readonly #violations: readonly string[];

  constructor(violations: readonly string[]) {
    super(`the environment is not valid:\n${violations.map((violation) => `  ${violation}`).join('\n')}`);
    this.#violations = violations;
    // If it is not caught, the reader needs the names of the variables, not the place in the code.
    this.stack = `${this.name}: ${this.message}`;
  }

  get violations(): readonly string[] {
    return this.#violations;
  }
}

const variablesOf = (cls: new () => object): Set<string> =>
  new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(cls, '', false, false)
      .map((rule) => rule.propertyName),
  );

/**
 * Reads the variables that the class has rules for, validates them and freezes the result. An empty variable counts as
 * not set. A variable may also be the content of a file: `DATABASE_URL_FILE` names that of `DATABASE_URL`. Throws one
 * ConfigError that names every missing or invalid variable.
 */
export function readConfig<C extends ProgramConfig>(cls: new () => C, environment: Environment): Readonly<C> {
  const values: Record<string, string> = { INSTANCE_ID: `service-${randomBytes(4).toString('hex')}` };
  const unreadable: string[] = [];
  for (const name of variablesOf(cls)) {
    const value = environment[name]?.trim();
    const file = environment[`${name}_FILE`]?.trim();
    if (value && file) unreadable.push(`${name} is set twice: unset it, or ${name}_FILE`);
    else if (file) values[name] = contentOf(name, file, unreadable);
    else if (value) values[name] = value;
  }
  if (unreadable.length > 0) throw new ConfigError(unreadable.sort());
  const config = plainToInstance(cls, values, { exposeDefaultValues: true });
  const violations = validateSync(config, { stopAtFirstError: true }).map(({ property, constraints }) => {
    const rule =
      Object.values(constraints ?? {})[0]?.replace(new RegExp(`^(each value in )?${property} `), '') ?? 'is invalid';
    return values[property] === undefined ? `${property} is missing: it ${rule}` : `${property} ${rule}`;
  });
  violations.push(...securityViolations(config));
  if (violations.length > 0) throw new ConfigError(violations.sort());
  return Object.freeze(config);
}

function contentOf(name: string, file: string, unreadable: string[]): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    unreadable.push(`${name}_FILE names a file that can’t be read: ${(error as Error).message}`);
    return '';
  }
}

function securityViolations(config: ProgramConfig): string[] {
  try {
    kafkaSecurity(config);
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
