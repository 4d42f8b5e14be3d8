/**
 * The entry of `tandem ipvs`, bundled by itself: it is run as often as ipvsadm, and most of its time
 * is its start.
 */
import { ipvsCommand } from './cli/ipvs/command.js';

process.exitCode = await ipvsCommand(process.argv.slice(3), async () => {
  const { COMMANDS, renderCommandHelp } = await import('./cli/commands.js');
  return renderCommandHelp(COMMANDS.ipvs);
});
