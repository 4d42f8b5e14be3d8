/**
 * A helper process in a host's namespace: Node, one per host that needs one, told what to do by
 * messages, because starting a process per action is slow in User Mode Linux.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inNetns } from './program.js';

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

const ANSWER_TIMEOUT_MS = 60_000;

/** The parent's end. */
export class Agent {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  #next = 1;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message) => {
      const answer = message as Answer;
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.error === undefined) waiting?.resolve(answer.value);
      else waiting?.reject(new Error(answer.error));
    });
    child.on('exit', (code, signal) => {
      for (const { reject } of this.#waiting.values()) {
        reject(new Error(`the helper process ended: ${signal ?? code}`));
      }
      this.#waiting.clear();
    });
    // It must not keep the tests from ending; it ends when its channel closes.
    child.unref();
    child.channel?.unref();
  }

  /**
   * @param script file in agents/, without its ending.
   * @param urgent it measures: it must not wait for those whom it measures, who run on the same
   *   processor here and nowhere else, so it has real-time priority.
   */
  static async start(netns: string, script: string, urgent = false): Promise<Agent> {
    const file = fileURLToPath(new URL(`./agents/${script}.js`, import.meta.url));
    const priority = urgent ? ['chrt', '--rr', '1'] : [];
    const [program = 'node', ...words] = inNetns(netns, [...priority, process.execPath, file]);
    const child = spawn(program, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.on('error', () => {});
    const agent = new Agent(child);
    await agent.call('ping');
    return agent;
  }

  /** Asks for an action and waits for what it gives. */
  call<T = unknown>(action: string, argument?: unknown): Promise<T> {
    const id = this.#next++;
    return new Promise<T>((resolve, reject) => {
      if (!this.#child.connected) {
        reject(new Error('the helper process is gone'));
        return;
      }
      // While an answer is awaited, and only then, the channel keeps this process alive.
      this.#child.channel?.ref();
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`the helper process did not answer ${action}`));
      }, ANSWER_TIMEOUT_MS);
      const done = (): void => {
        clearTimeout(timer);
        if (this.#waiting.size === 0) this.#child.channel?.unref();
      };
      this.#waiting.set(id, {
        resolve: (value) => {
          done();
          resolve(value as T);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      this.#child.send({ id, action, argument });
    });
  }
}
