/** What the environment tells a process of the proving ground. */
export interface Settings {
  readonly folder: string;
  /** Milliseconds, either way. */
  readonly clockSkew: number;
}

export const environmentFrom = ({ folder, clockSkew }: Settings): Record<string, string> => ({
  PLANT_FOLDER: folder,
  PLANT_CLOCK_SKEW: String(clockSkew),
});

export function settingsOf({ PLANT_FOLDER, PLANT_CLOCK_SKEW = '0' }: NodeJS.ProcessEnv): Settings {
  if (PLANT_FOLDER === undefined)
    throw new Error('PLANT_FOLDER is not set: it names the folder in which the plan lies');
  const clockSkew = Number(PLANT_CLOCK_SKEW);
  if (!Number.isSafeInteger(clockSkew))
    throw new Error(`PLANT_CLOCK_SKEW is "${PLANT_CLOCK_SKEW}"; it must be whole milliseconds`);
  return { folder: PLANT_FOLDER, clockSkew };
}
