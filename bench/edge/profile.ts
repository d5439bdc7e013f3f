import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { setting } from '../ground/connections.js';

/* Imported before a program: when it exits, what its time went into is written to the file that PROFILE names, as Chrome's tools read it. */
const file = setting('PROFILE');
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.start');
process.once('exit', () =>
  session.post('Profiler.stop', (error, { profile }) => {
    if (error) throw error;
    writeFileSync(file, JSON.stringify(profile));
  }),
);
