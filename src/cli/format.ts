/** `tandem config format`: the text of a file in canonical layout. */
import {
  chmodSync,
  chownSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { messageOf } from '../base/errors.js';
import { renderDiagnostics } from '../config/diagnostics/render.js';
import { dump } from '../config/dump/index.js';
import { formatText } from '../config/format/index.js';
import { type Loaded, loadConfiguration } from '../config/load.js';
import type { ConfigFiles } from '../config/text/files.js';
import { diskFiles } from '../process/config-files.js';
import { DEFAULT_CONFIG_FILE } from './arguments.js';
import type { CommandLine } from './command-line.js';
import type { COMMANDS } from './commands.js';
import { DIFFERENT, EXIT } from './exit-codes.js';
import { wantsColor } from './terminal.js';

/** Prints or writes a file's text in canonical layout; returns the exit code. */
export function formatCommand({
  values,
}: CommandLine<(typeof COMMANDS)['config format']['options']>): number {
  const path = values.file ?? DEFAULT_CONFIG_FILE;
  try {
    const text = readFileSync(path, 'utf8');
    const formatted = formatText(text);
    const { diagnostics, sources, secrets } = loadText(path, text);
    // A lost brace is looked for by the indentation: that must not be taken away.
    const braces = diagnostics.filter(({ code, at }) => /_BRACE$/.test(code) && at.file === path);
    if (braces.length > 0) {
      const color = wantsColor(process.stderr, process.env);
      process.stderr.write(renderDiagnostics(braces, sources, { color, secrets }));
      process.stderr.write(`tandem: ${path}: its braces do not fit, nothing is laid out\n`);
      return EXIT.configuration;
    }
    if (!meansTheSame(path, text, formatted)) {
      // Nobody should ever see this; a changed meaning would be worse.
      process.stderr.write(`tandem: ${path}: in canonical layout it would mean something else\n`);
      return EXIT.failed;
    }
    if (values.check) {
      if (formatted !== text) process.stdout.write(`${path}\n`);
      return formatted === text ? EXIT.ok : DIFFERENT;
    }
    if (!values.write) process.stdout.write(formatted);
    else if (formatted !== text) replaceFile(path, formatted);
    return EXIT.ok;
  } catch (error) {
    process.stderr.write(`tandem: ${messageOf(error)}\n`);
    return EXIT.failed;
  }
}

/** What becomes of a file if this is its text. Nothing of it is random. */
function loadText(path: string, text: string): Loaded {
  const files: ConfigFiles = {
    ...diskFiles,
    read: (name) => (name === path ? text : diskFiles.read(name)),
    random: () => 0,
  };
  return loadConfiguration(path, files);
}

/** Whether two texts of a file come to the same, be it a model or complaints. */
function meansTheSame(path: string, before: string, after: string): boolean {
  const outcome = (text: string): string => {
    const { config, diagnostics } = loadText(path, text);
    const codes = diagnostics.map(({ code }) => code).sort();
    return JSON.stringify([codes, config && dump(config, { secrets: 'show' })]);
  };
  return before === after || outcome(before) === outcome(after);
}

/** Puts a new file into the place of the old one at once, with its owner and mode. */
function replaceFile(path: string, text: string): void {
  const target = realpathSync(path);
  const { mode, uid, gid } = statSync(target);
  const fresh = `${target}.tandem-${process.pid}`;
  try {
    writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
    chownSync(fresh, uid, gid);
    chmodSync(fresh, mode & 0o7777);
    renameSync(fresh, target);
  } finally {
    rmSync(fresh, { force: true });
  }
}
