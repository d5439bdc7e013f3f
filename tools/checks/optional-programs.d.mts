export interface OptionalProgram {
  readonly name: string;
  readonly setting: string;
  readonly file: string;
  readonly path: (env?: NodeJS.ProcessEnv) => string | undefined;
}
export const optionalPrograms: readonly OptionalProgram[];
export const schemathesis: OptionalProgram;
export const postgresql15: OptionalProgram;
export const containerImage: OptionalProgram;
export const cloudeventsPython: OptionalProgram;
export const promtool: OptionalProgram;
export const missingPrograms: (suffix: string, env?: NodeJS.ProcessEnv) => string[];
