/**
 * The daemon's entry: picks the role. Each role is loaded by itself, so that the vrrp process never
 * has TLS or HTTP in its memory.
 */
const roleAt = process.argv.indexOf('--role');
const role = roleAt < 0 ? undefined : process.argv[roleAt + 1];

if (role === 'vrrp') {
  const { openChildLog } = await import('./process/child-log.js');
  const { runVrrpProcess } = await import('./process/vrrp-process.js');
  process.title = 'tandem_vrrp';
  await runVrrpProcess({ logger: openChildLog('vrrp', process.env) });
} else if (role === 'checker') {
  const { openChildLog } = await import('./process/child-log.js');
  const { runCheckerProcess } = await import('./process/checker-process.js');
  const { runFiles } = await import('./process/run-files.js');
  process.title = 'tandem_checker';
  await runCheckerProcess({
    logger: openChildLog('healthcheckers', process.env),
    files: runFiles(process.env),
  });
} else {
  const { runDaemonCommand } = await import('./cli/tandemd.js');
  await runDaemonCommand(process.argv.slice(2));
}
