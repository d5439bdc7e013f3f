import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { InitializeHook, LoadHook } from 'node:module';
import { pathToFileURL } from 'node:url';
import { root } from '../../../tools/platform/process/paths.js';
import { InjectionFolder, type AppliedPatch } from './actions.js';
import { withCalls } from './markers.js';
import { applyPatch, type Patch } from './patch.js';

const rootUrl = `${pathToFileURL(root).href}/`;
const compiled = /^(dist|libs\/[a-z]+\/dist)\//;

let folder: InjectionFolder;
let patches: readonly Patch[] = [];

export const initialize: InitializeHook<{ readonly folder: string }> = (data) => {
  folder = new InjectionFolder(data.folder);
  if (existsSync(folder.patches)) patches = JSON.parse(readFileSync(folder.patches, 'utf8')) as readonly Patch[];
};

/** Node's module loader hook: turns the crash points of the shop's compiled files into calls, and applies the patches. */
export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  const path = url.startsWith(rootUrl) ? url.slice(rootUrl.length) : '';
  if (!compiled.test(path) || loaded.format !== 'module') return loaded;
  const text = Buffer.from(loaded.source as Uint8Array).toString('utf8');
  return { ...loaded, source: withCalls(patches.reduce((patched, patch) => apply(patch, path, patched), text)) };
};

function apply(patch: Patch, path: string, text: string): string {
  const patched = applyPatch(patch, path, text);
  const applied: AppliedPatch = { name: patch.name, path, pid: process.pid };
  if (patched !== text) appendFileSync(folder.appliedPatches, `${JSON.stringify(applied)}\n`);
  return patched;
}
