/** A setting of a service under measurement. Throws where it is missing. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} must be set`);
  return value;
}

export interface Connections {
  readonly url: string;
  readonly brokers: string;
}

export const readConnections = (): Connections => ({ url: setting('DATABASE_URL'), brokers: setting('KAFKA_BROKERS') });
