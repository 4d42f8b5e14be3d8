/** The helper processes' end of agent.ts: answers each message by the handler of its name. */

/** `call('http', x)` in the parent becomes `handlers.http(x)` here. */
export function serve(handlers: Readonly<Record<string, (argument: never) => unknown>>): void {
  process.on('message', (message) => {
    const { id, action, argument } = message as { id: number; action: string; argument: unknown };
    const answer = async (): Promise<unknown> => {
      if (action === 'ping') return 'pong';
      const handler = handlers[action];
      if (!handler) throw new Error(`no action ${action}`);
      return handler(argument as never);
    };
    answer().then(
      (value) => process.send?.({ id, value }),
      (error: unknown) => process.send?.({ id, error: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
  // A scenario that ends abruptly must not leave helpers that spin on errors.
  process.on('uncaughtException', (error) => {
    console.error(error);
    process.exit(1);
  });
}
