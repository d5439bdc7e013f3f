export interface ListedJar {
  readonly sha256: string;
  readonly path: string;
  readonly name: string;
}
export function listedJars(root: string, version?: string): ListedJar[];
export function jarsFolder(root: string, version?: string): string;
export function fetchKafkaJars(root: string, env?: NodeJS.ProcessEnv, version?: string): Promise<string>;
export function checkJars(jars: readonly Pick<ListedJar, 'sha256' | 'name'>[], folder: string): void;
