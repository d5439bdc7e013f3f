/*
 * A small process for the tests of this folder: prints its clock, then passes a crash point as often as its argument says and prints
 * a line before each pass.
 */
const times = Number(process.argv[2]);

process.stdout.write(`now ${Date.now()} ${new Date().getTime()}\n`);
for (let pass = 1; pass <= times; pass++) {
  process.stdout.write(`pass ${pass}\n`);
  // crashpoint: probe.pass
  await new Promise((resolve) => setTimeout(resolve, 1));
}
process.stdout.write('done\n');
