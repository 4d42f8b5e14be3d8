/**
 * The entry of `tandem ipvs`, bundled into one file of its own: it is run as often as ipvsadm, and
 * most of its time is its start.
 */
import { COMMANDS, renderCommandHelp } from './cli/commands.js';
import { ipvsCommand } from './cli/ipvs/command.js';

process.exitCode = await ipvsCommand(process.argv.slice(3), renderCommandHelp(COMMANDS.ipvs));
