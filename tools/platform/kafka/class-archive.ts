import { existsSync, renameSync, rmSync } from 'node:fs';
import type { Exit } from '../process/launch.js';
import { kafkaJars } from '../process/places.js';

/** What a Java process answers when SIGTERM ended it in order. */
const endedInOrder = 143;

/**
 * Java's archive of the broker's loaded classes, which takes half of the work out of a start. The first broker that is
 * stopped in order leaves it beside the jars; a Java that can't use it passes over it.
 */
export function classArchive(): { read: string[]; write: string[]; keep(exit: Exit | undefined): void } {
  const file = `${kafkaJars()}.jsa`;
  if (existsSync(file))
    return {
      read: [`-XX:SharedArchiveFile=${file}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'],
      write: [],
      keep: () => undefined,
    };
  const draft = `${file}.${process.pid}`;
  return {
    read: [],
    write: [`-XX:ArchiveClassesAtExit=${draft}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'],
    keep(exit) {
      if (exit?.code === endedInOrder && existsSync(draft)) renameSync(draft, file);
      else rmSync(draft, { force: true });
    },
  };
}
