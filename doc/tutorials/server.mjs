/**
 * A web server that says who it is:   node server.mjs NAME [PORT...]
 *
 * Every answer is its name; below /from it is the address that the server sees as the client's.
 */
import { createServer } from 'node:http';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';

/** Serves on ports (80); each connection is for one request, so that each is scheduled anew. */
export function serve(name, ports = [80]) {
  return ports.map((port) =>
    createServer((request, response) => {
      const seen = (request.socket.remoteAddress ?? '').replace('::ffff:', '');
      response.setHeader('Connection', 'close');
      response.end(request.url?.startsWith('/from') ? `${name} sees ${seen}\n` : `${name}\n`);
    }).listen(port),
  );
}

if (argv[1] && import.meta.url === pathToFileURL(argv[1]).href) {
  const [name = 'server', ...ports] = argv.slice(2);
  serve(name, ports.length > 0 ? ports.map(Number) : [80]);
}
