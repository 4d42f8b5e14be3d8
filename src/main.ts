/**
 * The daemon's entry: picks the role. Each role is loaded by itself, so that the vrrp process never
 * has TLS or HTTP in its memory.
 */
const roleAt = process.argv.indexOf('--role');
const role = roleAt < 0 ? undefined : process.argv[roleAt + 1];

if (role === 'vrrp') await import('./vrrp-main.js');
else if (role === 'checker') await import('./checker-main.js');
else {
  const { runDaemonCommand } = await import('./cli/tandemd.js');
  await runDaemonCommand(process.argv.slice(2));
}
