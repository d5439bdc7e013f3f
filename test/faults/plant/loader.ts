import { appendFileSync } from 'node:fs';
import type { InitializeHook, LoadHook } from 'node:module';
import { pathToFileURL } from 'node:url';
import { root } from '../../../tools/platform/process/places.js';
import { bugNamed } from './bugs/index.js';
import { withBug, type Bug } from './bugs/bug.js';
import { PlantFolder } from './deeds.js';
import { withCalls } from './markers.js';

const rootUrl = `${pathToFileURL(root).href}/`;
const compiled = /^(dist|libs\/[a-z]+\/dist)\//;

let folder: PlantFolder;
let bug: Bug | undefined;

export const initialize: InitializeHook<{ readonly folder: string; readonly bug: string | undefined }> = (data) => {
  folder = new PlantFolder(data.folder);
  bug = data.bug === undefined ? undefined : bugNamed(data.bug);
};

/** Node's hook between a file and what runs of it: the shop's own compiled files get their crash points, and the bug if it is theirs. */
export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  const path = url.startsWith(rootUrl) ? url.slice(rootUrl.length) : '';
  if (!compiled.test(path) || loaded.format !== 'module') return loaded;
  const text = Buffer.from(loaded.source as Uint8Array).toString('utf8');
  return { ...loaded, source: withCalls(bug ? infested(bug, path, text) : text) };
};

function infested(planted: Bug, path: string, text: string): string {
  const changed = withBug(planted, path, text);
  if (changed !== text) appendFileSync(folder.planted, `${JSON.stringify({ bug: planted.name, path, pid: process.pid })}\n`);
  return changed;
}
