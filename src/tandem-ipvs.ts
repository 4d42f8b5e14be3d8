/**
 * The entry of `tandem ipvs`, bundled by itself: it is run as often as ipvsadm, and most of its time
 * is its start.
 */
import { ipvsCommand } from './cli/ipvs/command.js';

// Without a top-level await, which a CommonJS bundle cannot have. What is thrown ends the program.
ipvsCommand(process.argv.slice(3), async () => {
  const { COMMANDS, renderCommandHelp } = await import('./cli/commands.js');
  return renderCommandHelp(COMMANDS.ipvs);
}).then((code) => {
  process.exitCode = code;
});
