import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { setting } from '../environment/program.js';

/* Imported before a program. Writes its CPU profile to the file PROFILE when it exits, in the format of Chrome. */
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
