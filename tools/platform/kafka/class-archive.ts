import { existsSync, renameSync, rmSync } from 'node:fs';
import type { Exit } from '../process/launch.js';

/** The exit code of a Java process that shut down after SIGTERM. */
const shutdownExitCode = 143;

/**
 * Java's archive of the broker's loaded classes; it halves the start time. The first broker that shuts down writes it beside the
 * jars. A Java version that cannot use it ignores it.
 */
export function classArchive(jars: string): { read: string[]; write: string[]; save(exit: Exit | undefined): void } {
  const file = `${jars}.jsa`;
  if (existsSync(file))
    return {
      read: [`-XX:SharedArchiveFile=${file}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'],
      write: [],
      save: () => undefined,
    };
  const draft = `${file}.${process.pid}`;
  return {
    read: [],
    write: [`-XX:ArchiveClassesAtExit=${draft}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'],
    save(exit) {
      if (exit?.code === shutdownExitCode && existsSync(draft)) renameSync(draft, file);
      else rmSync(draft, { force: true });
    },
  };
}
