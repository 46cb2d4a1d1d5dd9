// A proxy with nothing configured but the address of the server: it does not forward the WebSocket upgrade.
import { once } from 'node:events';
import { type Server, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export class PlainProxy {
  readonly url: string;

  private constructor(private readonly server: Server) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async before(url: string): Promise<PlainProxy> {
    const { port } = new URL(url);
    const server = createServer((asked, answer) => {
      const { connection, upgrade, ...headers } = asked.headers;
      const passed = request({ host: '127.0.0.1', port, method: asked.method, path: asked.url, headers }, (response) => {
        answer.writeHead(response.statusCode!, response.headers);
        response.pipe(answer);
      });
      passed.on('error', () => answer.destroy());
      asked.pipe(passed);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new PlainProxy(server);
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}
