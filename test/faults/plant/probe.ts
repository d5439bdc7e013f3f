/*
 * A small process for the tests of the crash points: passes one as often as its argument says, tells of each pass before it,
 * and says what time it has.
 */
const times = Number(process.argv[2]);

process.stdout.write(`now ${Date.now()} ${new Date().getTime()}\n`);
for (let pass = 1; pass <= times; pass++) {
  process.stdout.write(`pass ${pass}\n`);
  // crashpoint: probe.pass
  await new Promise((resolve) => setTimeout(resolve, 1));
}
process.stdout.write('done\n');
