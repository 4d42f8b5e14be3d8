/**
 * The log: one line an event, with a stable event name, fields, and text in the words that
 * operators of keepalived grep for. The only file that imports sonic-boom, which is what pino writes with:
 * lines need no more of pino, and all of it takes 3 MB and a hundredth of a second a process.
 *
 * Writing is asynchronous and bounded: a full disk or a blocked journal costs log lines, never an
 * advert.
 */
import { require } from './packages.js';

const { SonicBoom } = require('sonic-boom') as typeof import('sonic-boom');
type SonicBoom = InstanceType<typeof SonicBoom>;

export type Fields = Readonly<Record<string, unknown>>;

export interface Logger {
  /** @param event stable name, `state-changed`; @param text for people; @param fields for machines. */
  debug(event: string, text: string, fields?: Fields): void;
  info(event: string, text: string, fields?: Fields): void;
  /** What an operator wants to see by default: transitions, servers that come and go. */
  notice(event: string, text: string, fields?: Fields): void;
  warning(event: string, text: string, fields?: Fields): void;
  error(event: string, text: string, fields?: Fields): void;
}

/** syslog's names and their order. */
const LEVELS = { debug: 20, info: 30, notice: 35, warning: 40, error: 50 } as const;
export type Level = keyof typeof LEVELS;

/** syslog(3) severities, for the `<N>` prefix that the journal understands. */
const SEVERITY: Record<number, number> = { 20: 7, 30: 6, 35: 5, 40: 4, 50: 3 };

export type LogFormat =
  /** `2026-01-02T03:04:05.678Z Tandem_vrrp[12]: (VI_1) Entering MASTER STATE` */
  | 'text'
  /** `<5>(VI_1) Entering MASTER STATE`: the journal adds the rest. */
  | 'journal'
  /** A record a line, with the event's name and fields. */
  | 'json';

/** Bytes of log that wait for a slow reader before lines are dropped. */
const MAX_WAITING_BYTES = 1_048_576;

/**
 * A logger that writes to a file descriptor.
 *
 * @param role shown in each line, for example `vrrp`.
 */
export function createLogger(
  role: string,
  options: {
    readonly format?: LogFormat;
    readonly level?: Level;
    readonly fd?: number;
    /** Takes each line instead of the descriptor (syslog): severity of syslog(3), and text. */
    readonly write?: (severity: number, text: string) => void;
  } = {},
): Logger {
  const format = options.format ?? 'text';
  const level = options.level ?? 'notice';
  if (options.write) return lineLogger(level, options.write);
  const destination = openDestination(options.fd ?? 1);
  destinations.push(destination);
  if (format === 'json') return jsonLogger(role, level, destination);
  return lineLogger(level, (severity, text) => {
    const line =
      format === 'journal'
        ? `<${severity}>${text}\n`
        : `${new Date().toISOString()} Tandem_${role}[${process.pid}]: ${text}\n`;
    destination.write(line);
  });
}

function openDestination(fd: number): SonicBoom {
  const destination = new SonicBoom({ fd, sync: false, maxLength: MAX_WAITING_BYTES });
  // A reader that went away must not end the process, and does not come back.
  destination.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code !== 'EPIPE') return;
    destination.write = () => true;
    destination.flushSync = () => {};
  });
  // What a process says of its own unexpected end.
  process.on('exit', () => {
    try {
      destination.flushSync();
    } catch {
      // There is nobody left to tell.
    }
  });
  return destination;
}

/** A record a line: time in milliseconds, level, who, and what the event is about. */
function jsonLogger(role: string, level: Level, destination: SonicBoom): Logger {
  const at =
    (name: Level) =>
    (event: string, text: string, fields?: Fields): void => {
      if (LEVELS[name] < LEVELS[level]) return;
      const head = { level: name, time: Date.now(), role, pid: process.pid };
      destination.write(`${JSON.stringify({ ...head, event, ...fields, msg: text })}\n`);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    notice: at('notice'),
    warning: at('warning'),
    error: at('error'),
  };
}

/** Bounded: a process opens one log. */
const destinations: SonicBoom[] = [];

/** How long an ending process waits for the reader of its log. */
const FLUSH_MILLIS = 100;

/** Resolves when every line has been written, or the reader is too slow for it. Never rejects. */
export async function flushLogs(): Promise<void> {
  await Promise.race([
    Promise.all(destinations.map((d) => new Promise<void>((resolve) => d.flush(() => resolve())))),
    new Promise((resolve) => setTimeout(resolve, FLUSH_MILLIS)),
  ]);
}

/** A logger that keeps nothing. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  notice() {},
  warning() {},
  error() {},
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/g;

/** Lines of text, without the fields: a record that is made for them and taken apart again costs more. */
function lineLogger(level: Level, write: (severity: number, text: string) => void): Logger {
  const at = (name: Level): Logger[Level] => {
    if (LEVELS[name] < LEVELS[level]) return () => {};
    const severity = SEVERITY[LEVELS[name]] ?? 6;
    // A value from outside (a file's name, a server's answer) must not forge a second line.
    return (_event, text) => write(severity, text.replace(CONTROL, ' '));
  };
  return {
    debug: at('debug'),
    info: at('info'),
    notice: at('notice'),
    warning: at('warning'),
    error: at('error'),
  };
}
