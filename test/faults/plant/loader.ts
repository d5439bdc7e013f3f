import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { InitializeHook, LoadHook } from 'node:module';
import { pathToFileURL } from 'node:url';
import { root } from '../../../tools/platform/process/places.js';
import { altered, type Alteration } from './alteration.js';
import { PlantFolder, type Planted } from './deeds.js';
import { withCalls } from './markers.js';

const rootUrl = `${pathToFileURL(root).href}/`;
const compiled = /^(dist|libs\/[a-z]+\/dist)\//;

let folder: PlantFolder;
let alterations: readonly Alteration[] = [];

export const initialize: InitializeHook<{ readonly folder: string }> = (data) => {
  folder = new PlantFolder(data.folder);
  if (existsSync(folder.alterations))
    alterations = JSON.parse(readFileSync(folder.alterations, 'utf8')) as readonly Alteration[];
};

/** Node's hook between a file and what runs of it: the shop's own compiled files get their crash points as calls, and are altered as asked. */
export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  const path = url.startsWith(rootUrl) ? url.slice(rootUrl.length) : '';
  if (!compiled.test(path) || loaded.format !== 'module') return loaded;
  const text = Buffer.from(loaded.source as Uint8Array).toString('utf8');
  return {
    ...loaded,
    source: withCalls(alterations.reduce((changed, alteration) => planted(alteration, path, changed), text)),
  };
};

function planted(alteration: Alteration, path: string, text: string): string {
  const changed = altered(alteration, path, text);
  const told: Planted = { name: alteration.name, path, pid: process.pid };
  if (changed !== text) appendFileSync(folder.planted, `${JSON.stringify(told)}\n`);
  return changed;
}
