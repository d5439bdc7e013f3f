/** Settings of a process under test, passed in its environment. */
export interface Settings {
  readonly folder: string;
  /** Milliseconds, positive or negative. */
  readonly clockSkew: number;
}

export const environmentFrom = ({ folder, clockSkew }: Settings): Record<string, string> => ({
  INJECTION_FOLDER: folder,
  INJECTION_CLOCK_SKEW: String(clockSkew),
});

export function settingsOf({ INJECTION_FOLDER, INJECTION_CLOCK_SKEW = '0' }: NodeJS.ProcessEnv): Settings {
  if (INJECTION_FOLDER === undefined) throw new Error('INJECTION_FOLDER is not set');
  const clockSkew = Number(INJECTION_CLOCK_SKEW);
  if (!Number.isSafeInteger(clockSkew))
    throw new Error(`INJECTION_CLOCK_SKEW is "${INJECTION_CLOCK_SKEW}"; it must be whole milliseconds`);
  return { folder: INJECTION_FOLDER, clockSkew };
}
