/** `tandem ipvs watch`: the table live, with rates, in a terminal. */
import { messageOf } from '../../base/errors.js';
import type { IpvsClient } from '../../ipvs/client.js';
import { type Command, parseCommandLine, UsageError } from '../command-line.js';
import { EXIT } from '../exit-codes.js';
import { sortServices } from './listing.js';
import { NUMERIC } from './names.js';
import { systemNames } from './resolver.js';
import { renderWatch, type WatchedService } from './watch-picture.js';

const WATCH = {
  name: 'ipvs watch',
  help: 'The table live, with rates',
  options: {
    interval: { value: 'SECONDS', help: 'The time between two pictures (2)' },
    count: { value: 'N', help: 'End after so many pictures' },
    numeric: { short: 'n', help: 'Addresses and ports as numbers' },
  },
  operands: [],
} as const satisfies Command;

const DEFAULT_SECONDS = 2;
const [SHORTEST_SECONDS, LONGEST_SECONDS] = [0.1, 3_600];
/** Without a terminal that tells its size. */
const [COLUMNS, ROWS] = [80, 24];
const CTRL_C = '\u0003';
/** Another screen without a cursor, and back. */
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const REST_OF_LINE = '\u001b[K';
const REST_OF_SCREEN = '\u001b[J';

/** Shows the table until `q`, Ctrl-C or the last picture; returns the exit code. */
export async function watchCommand(
  words: readonly string[],
  open: () => Promise<Pick<IpvsClient, 'readServiceRows' | 'readDestinationRows' | 'close'>>,
): Promise<number> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(words);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`tandem ipvs: watch: ${error.message}\n`);
    return EXIT.usage;
  }
  const { interval, count, numeric } = options;
  let kernel: Awaited<ReturnType<typeof open>>;
  try {
    kernel = await open();
  } catch (error) {
    process.stderr.write(`tandem ipvs: ${messageOf(error)}\n`);
    return EXIT.usage;
  }
  const names = systemNames();
  const screen = process.stdout.isTTY === true;
  const wish = new Wish();
  const leave = screen ? enterScreen(() => wish.end()) : () => {};
  try {
    for (let shown = 0; !wish.ended && shown < count; shown++) {
      if (shown > 0) await wish.sleep(interval * 1000);
      if (wish.ended) break;
      const services: WatchedService[] = [];
      for (const row of sortServices(await kernel.readServiceRows())) {
        const { id } = row.service;
        const destinations = await kernel.readDestinationRows(id, { counts: true });
        services.push({ ...row, destinations });
        if (numeric) continue;
        const addresses = destinations.map(({ address }) => address);
        await names.learnAddresses(id.kind === 'address' ? [id.address, ...addresses] : addresses);
      }
      const picture = renderWatch(services, {
        columns: process.stdout.columns || COLUMNS,
        rows: screen ? process.stdout.rows || ROWS : Number.POSITIVE_INFINITY,
        time: new Date().toTimeString().slice(0, 8),
        interval,
        naming: numeric ? NUMERIC : names.naming,
      });
      process.stdout.write(
        screen
          ? `${HOME}${picture.map((line) => `${line}${REST_OF_LINE}`).join('\r\n')}${REST_OF_SCREEN}`
          : `${picture.join('\n')}\n`,
      );
    }
    return EXIT.ok;
  } catch (error) {
    leave();
    process.stderr.write(`tandem ipvs: ${messageOf(error)}\n`);
    return EXIT.failed;
  } finally {
    leave();
    kernel.close();
  }
}

/** @throws UsageError */
function readOptions(words: readonly string[]) {
  const { values } = parseCommandLine(WATCH, words);
  const interval = Number(values.interval ?? DEFAULT_SECONDS);
  if (!(interval >= SHORTEST_SECONDS && interval <= LONGEST_SECONDS)) {
    throw new UsageError(`--interval is ${SHORTEST_SECONDS} to ${LONGEST_SECONDS} seconds`);
  }
  const count = Number(values.count ?? Number.POSITIVE_INFINITY);
  if (!(count >= 1) || (values.count !== undefined && !Number.isInteger(count))) {
    throw new UsageError('--count is a number of pictures, 1 or more');
  }
  return { interval, count, numeric: values.numeric };
}

/** The wish to end, which wakes whoever sleeps. */
class Wish {
  #ended = false;
  #wake: () => void = () => {};

  get ended(): boolean {
    return this.#ended;
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  sleep(millis: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, millis);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Takes the terminal; returns what gives it back, once. */
function enterScreen(end: () => void): () => void {
  const { stdin, stdout } = process;
  const onKey = (key: string): void => {
    if (/[qQ]/.test(key) || key.includes(CTRL_C)) end();
  };
  const raw = stdin.isTTY === true;
  if (raw) {
    stdin.setRawMode(true);
    stdin.setEncoding('utf8').on('data', onKey).resume();
  }
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  stdout.write(ENTER);
  let entered = true;
  return () => {
    if (!entered) return;
    entered = false;
    stdout.write(LEAVE);
    process.off('SIGINT', end);
    process.off('SIGTERM', end);
    if (!raw) return;
    stdin.off('data', onKey).pause();
    stdin.setRawMode(false);
  };
}
